import type { UrlRefusal } from '../../libs/webhooks/src/http/policy/url-policy.js';

/** One URL and how it must be treated. */
export interface CorpusRow {
  url: string;
  /** What the URL rules say, with `allowHttp`. */
  policy: 'passes' | UrlRefusal;
  /** What DNS answers for the host name. */
  answers: readonly string[];
  /** The only addresses that may be dialled for this URL, even without the URL rules. */
  dials: readonly string[];
}

const PUBLIC = '93.184.216.34';
const PUBLIC_V6 = '2606:2800:220:1:248:1893:25c8:1946';

const refused = (
  url: string,
  policy: UrlRefusal = 'destination_not_allowed',
  dials: string[] = [],
): CorpusRow => ({
  url,
  policy,
  answers: dials,
  dials,
});
const literals = (...hosts: string[]): CorpusRow[] => hosts.map((host) => refused(`https://${host}/hook`));
const disguised = (...hosts: string[]): CorpusRow[] =>
  hosts.map((host) => refused(`http://${host}/`, 'destination_not_allowed'));
const malformed = (...urls: string[]): CorpusRow[] => urls.map((url) => refused(url, 'invalid_url'));
const names = (...hosts: string[]): CorpusRow[] =>
  hosts.map((host) => ({
    url: `https://${host}/hook`,
    policy: 'destination_not_allowed',
    answers: ['10.0.0.7'],
    dials: [],
  }));
let resolved = 0;
const resolving = (...answers: string[]): CorpusRow[] =>
  answers.map((answer) => ({
    url: `https://a${resolved++}.example.com/`,
    policy: 'passes',
    answers: [answer],
    dials: [],
  }));
const legal = (url: string, ...dials: string[]): CorpusRow => ({
  url,
  policy: 'passes',
  answers: dials,
  dials,
});

/** URLs whose addresses must be dialled. If `DialRecorder` recorded nothing, the tests of these URLs would fail. */
export const LEGAL: readonly CorpusRow[] = [
  legal('https://hooks.example.com/', PUBLIC),
  legal('https://hooks.example.com', PUBLIC),
  legal('http://hooks.example.com/sms', PUBLIC),
  legal('HTTPS://Hooks.Example.COM/Sms', PUBLIC),
  legal('https://hooks.example.com:443/', PUBLIC),
  legal('https://hooks.example.com:8443/a/b?c=d&e=%20f', PUBLIC),
  legal('http://hooks.example.com:8080/', PUBLIC),
  legal('https://hooks.example.com:65535/', PUBLIC),
  legal('https://a-b.c-d.example.co.uk/x', PUBLIC),
  legal('https://xn--mnchen-3ya.de/hook', PUBLIC),
  legal('https://1and1.example.com/hook', PUBLIC),
  legal('https://hooks.example.com/p%C3%A4th', PUBLIC),
  legal('https://hooks.example.com/päth', PUBLIC),
  legal('https://hooks.example.com/a@b', PUBLIC),
  legal('https://hooks.example.com/?next=http://127.0.0.1/', PUBLIC),
  legal('https://hooks.example.com/../../etc/passwd', PUBLIC),
  legal(`https://${PUBLIC}/hook`, PUBLIC),
  legal(`https://${PUBLIC}:8443/hook`, PUBLIC),
  legal(`https://[${PUBLIC_V6}]/hook`, PUBLIC_V6),
  legal(`https://[2001:4860:4860::8888]/hook`, '2001:4860:4860::8888'),
  legal('https://both.example.com/', PUBLIC, PUBLIC_V6),
  legal('https://v6.example.com/', PUBLIC_V6),
  legal('https://localhost.example.com/', PUBLIC),
  legal('https://internal.example.com/', PUBLIC),
  legal('https://127-0-0-1.example.com/', PUBLIC),
];

/** URLs for which no private address may be dialled. For most of them, no address at all may be dialled. */
export const HOSTILE: readonly CorpusRow[] = [
  // Every refused IPv4 block: one address in it, or one near each of its ends.
  ...literals('0.0.0.0', '0.255.255.255', '10.0.0.0', '10.255.255.255', '100.64.0.1', '100.127.255.255'),
  ...literals(
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.0.1',
    '169.254.169.254',
    '169.254.255.255',
  ),
  ...literals(
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.31.196.1',
    '192.52.193.1',
    '192.88.99.1',
  ),
  ...literals(
    '192.168.0.1',
    '192.168.255.255',
    '192.175.48.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
  ),
  ...literals('203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'),
  // IPv6 outside 2000::/3, and the special blocks inside 2000::/3.
  ...literals('[::]', '[::1]', '[::2]', '[::7f00:1]', '[::a00:1]', '[::ffff:7f00:1]', '[::ffff:a9fe:a9fe]'),
  ...literals(
    '[::ffff:5db8:d822]',
    '[::ffff:0:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b::5db8:d822]',
    '[64:ff9b:1::a00:1]',
  ),
  ...literals(
    '[100::1]',
    '[100:0:0:1::1]',
    '[1::1]',
    '[4000::1]',
    '[5f00::1]',
    '[e000::1]',
    '[fc00::1]',
    '[fd00:ec2::254]',
  ),
  ...literals(
    '[fe80::1]',
    '[febf::1]',
    '[fec0::1]',
    '[ff02::1]',
    '[ff0e::1]',
    '[2001::1]',
    '[2001:1::1]',
    '[2001:2::1]',
  ),
  ...literals(
    '[2001:10::1]',
    '[2001:20::1]',
    '[2001:0:7f00:1::1]',
    '[2001:db8::1]',
    '[2002:7f00:1::1]',
    '[2002:a00:1::]',
  ),
  ...literals(
    '[2620:4f:8000::1]',
    '[3fff::1]',
    '[2606:4700:0:0:0:5efe:7f00:1]',
    '[2606:4700::200:5efe:a00:1]',
  ),
  // Addresses in spellings that only a URL parser recognizes as addresses.
  ...disguised(
    '2130706433',
    '0x7f000001',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '017700000001',
    '127.1',
    '127.0.1',
    '0',
  ),
  ...disguised(
    '0x0',
    '00.0.0.0',
    '127.0.0.1.',
    '0x7F.1',
    '127.000.000.001',
    '0xa9fea9fe',
    '2852039166',
    '169.16689662',
  ),
  ...disguised(
    '0251.0376.0251.0376',

    '3232235521',
    '0xc0a80001',
    '[0:0:0:0:0:0:0:1]',
    '[::0001]',
  ),
  ...disguised(
    '[::127.0.0.1]',
    '[::ffff:127.0.0.1]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[FE80::1]',
  ),
  refused(`http://0x5d.184.216.34/`, 'destination_not_allowed', [PUBLIC]),
  refused('http://1572395042/', 'destination_not_allowed', [PUBLIC]),
  refused('http://010.0.0.1/', 'destination_not_allowed', ['8.0.0.1']),
  refused('https://[2606:2800:0220:1:248:1893:25c8:1946]/', 'destination_not_allowed', [PUBLIC_V6]),
  // An authority that is not plain ASCII is refused before any parser sees it.
  ...malformed(
    'http://１２７.０.０.１/',
    'http://①②⑦.⓪.⓪.①/',
    'http://127。0。0。1/',
    'http://loc\u00adalhost/',
  ),
  ...malformed(
    'http://127.0.0.1%2f@hooks.example.com\u0000/',
    'http://127.0.0%2e1/',
    'http://%31%32%37.0.0.1/',
    'http://%6cocalhost/',
  ),
  ...malformed(
    'http://[fe80::1%25eth0]/',
    'http://[::1%eth0]/',
    'http://127.0.0.1\u200b/',
    'http://ｌocalhost/',
    'http://ⓛocalhost/',
  ),
  ...malformed('https://münchen.de/', 'https://hooks.exаmple.com/', 'https://hooks.example.com\u3002/'),
  ...malformed(
    'http://127.0.0.1\t/',
    'http://127.0.\n0.1/',
    'http://127.0.0.1\r\n/',
    ' http://127.0.0.1/',
    'http://127.0.0.1/ ',
  ),
  ...malformed(
    'http://127.0.0.1\\@hooks.example.com/',
    'http:\\\\127.0.0.1\\',
    'http:/\\127.0.0.1/',
    'https://hooks.example.com\\.127.0.0.1/',
  ),
  ...malformed(
    'http:127.0.0.1/',
    'http:/127.0.0.1/',
    'http:///127.0.0.1/',
    'http:////127.0.0.1/',
    '//127.0.0.1/',
    '127.0.0.1',
    '/hook',
    '',
  ),
  ...malformed(
    'https:hooks.example.com',
    'https:////hooks.example.com/',
    'hooks.example.com/x',
    'https://',
    'https://:443/',
    'https://?x',
  ),
  ...malformed(
    'ftp://hooks.example.com/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_x',
    'javascript:alert(1)',
    'data:text/plain,x',
  ),
  ...malformed(
    'ws://hooks.example.com/',
    'blob:https://hooks.example.com/x',
    'unix:/var/run/docker.sock',
    'http+unix://%2Fvar%2Frun%2Fx/',
  ),
  ...malformed(
    'https://hooks.example.com:0/',
    'https://hooks.example.com:65536/',
    'https://hooks.example.com:/',
    'https://hooks.example.com:0443/',
  ),
  ...malformed(
    'https://hooks.example.com:80:80/',
    'https://hooks.example.com:x/',
    'https://[::1/',
    'https://[]/',
    'https://[1.2.3.4]/',
    'https://::1/',
  ),
  ...malformed(
    'https://256.1.1.1/',
    'https://1.2.3.4.5/',
    'https://hooks.example.123/',
    'https://0x100000000/',
    'https://exa mple.com/',
  ),
  ...malformed(
    'https://hooks.example.com/a b',
    'https://hooks.example.com/\u0000',
    'https://hooks.example.com/\u0085',
    'https://hooks.example.com/\ud800',
  ),
  ...malformed(
    'https://hooks.exa%6dple.com/',
    'https://hooks.example.com:+443/',
    'https://hooks.exa^mple.com/',
    'https://hooks.exa|mple.com/',
    'https://<script>.com/',
  ),
  refused('https://user@hooks.example.com/', 'url_credentials', [PUBLIC]),
  refused('https://user:secret@hooks.example.com/', 'url_credentials', [PUBLIC]),
  refused('https://hooks.example.com@127.0.0.1/', 'url_credentials'),
  refused('https://hooks.example.com:443@169.254.169.254/', 'url_credentials'),
  refused('https://127.0.0.1@hooks.example.com/', 'url_credentials', [PUBLIC]),
  refused('https://@127.0.0.1/', 'url_credentials'),
  refused('https://hooks.example.com/#x', 'url_fragment', [PUBLIC]),
  refused('https://hooks.example.com/#@127.0.0.1/', 'url_fragment', [PUBLIC]),
  refused('https://127.0.0.1#@hooks.example.com/', 'url_fragment'),
  refused(`https://hooks.example.com/${'x'.repeat(2048)}`, 'invalid_url', [PUBLIC]),
  refused(`https://hooks.example.com/${'ä'.repeat(700)}`, 'invalid_url', [PUBLIC]),
  // Names that no public receiver has.
  ...names(
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    'postgres',
    'redis',
    'metadata',
    'host.docker.internal',
  ),
  ...names(
    'metadata.google.internal',
    'printer.local',
    'nas.lan',
    'router.home',
    'router.home.arpa',
    'wiki.corp',
    'x.intranet',
  ),
  ...names(
    'db.private',
    'x.onion',
    'x.i2p',
    'x.test',
    'x.invalid',
    'x.example',
    'api.default.svc',
    'api.default.svc.cluster.local',
  ),
  ...names(
    '1.0.0.127.in-addr.arpa',
    '127.0.0.1.nip.io',
    '10-0-0-1.sslip.io',
    'app.localtest.me',
    'x.lvh.me',
    'x.vcap.me',
  ),
  ...names('x.xip.io', 'x.traefik.me', 'x.lacolhost.com', 'x.local.gd', 'localhost.localdomain'),
  ...names(
    'hooks.example.com.',
    'a_b.example.com',
    '-a.example.com',
    'a-.example.com',
    '.example.com',
    'a..example.com',
  ),
  ...names(`${'a'.repeat(64)}.example.com`, `${'a.'.repeat(130)}com`, '_dmarc.example.com', 'com'),
  // Ports of other protocols.
  ...[
    21, 22, 23, 25, 53, 110, 143, 389, 445, 465, 587, 993, 1433, 1521, 2049, 3306, 3389, 5060, 5432, 5672,
    5900, 6000, 6379,
  ].map((port) => refused(`http://hooks.example.com:${port}/`, 'destination_not_allowed', [PUBLIC])),
  ...[6667, 9042, 9092, 10080, 11211, 27017].map((port) =>
    refused(`https://hooks.example.com:${port}/`, 'destination_not_allowed', [PUBLIC]),
  ),
  // Public names that resolve to addresses that are not public.
  ...resolving(
    '127.0.0.1',
    '0.0.0.0',
    '10.1.2.3',
    '100.100.100.200',
    '169.254.169.254',
    '168.63.129.16',
    '172.20.0.5',
  ),
  ...resolving(
    '192.168.1.1',
    '198.18.0.1',
    '224.0.0.251',
    '255.255.255.255',
    '::',
    '::1',
    '::a00:1',
    '::7f00:1',
    '::2',
  ),
  ...resolving(
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:a9fe:a9fe',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::a00:1',
    '100::1',
  ),
  ...resolving(
    '100:0:0:1::1',
    '1::1',
    '4000::1',
    'e000::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%1',
    'fec0::1',
  ),
  ...resolving(
    'ff02::1',
    '2001::1',
    '2001:0:7f00:1::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '2002:a9fe:a9fe::1',
    '3fff::1',
  ),
  ...resolving(
    '2620:4f:8000::1',
    '2606:4700::5efe:a00:1',
    '2606:4700::200:5efe:7f00:1',
    'localhost',
    '127.1',
    '',
  ),
  { url: 'https://none.example.com/', policy: 'passes', answers: [], dials: [] },
  // Mixed answers: only the public addresses are dialled, whatever their order.
  { url: 'https://mixed1.example.com/', policy: 'passes', answers: [PUBLIC, '10.0.0.1'], dials: [PUBLIC] },
  { url: 'https://mixed2.example.com/', policy: 'passes', answers: ['10.0.0.1', PUBLIC], dials: [PUBLIC] },
  {
    url: 'https://mixed3.example.com/',
    policy: 'passes',
    answers: ['::1', PUBLIC_V6, '127.0.0.1'],
    dials: [PUBLIC_V6],
  },
  {
    url: 'https://mixed4.example.com/',
    policy: 'passes',
    answers: ['::ffff:10.0.0.1', '169.254.169.254', PUBLIC],
    dials: [PUBLIC],
  },
];
