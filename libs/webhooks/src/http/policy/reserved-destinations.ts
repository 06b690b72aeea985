/**
 * Suffixes of names that no public receiver has: special-use names (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`),
 * names of private networks and Kubernetes, and public services whose names encode an address or resolve to loopback.
 */
export const RESERVED_SUFFIXES: readonly string[] = [
  'localhost',
  'localdomain',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'private',
  'arpa', // includes home.arpa
  'onion',
  'i2p',
  'test',
  'invalid',
  'example',
  'svc',
  'cluster.local',
  'nip.io',
  'sslip.io',
  'xip.io',
  'traefik.me',
  'localtest.me',
  'lvh.me',
  'vcap.me',
  'lacolhost.com',
  'local.gd',
];

/**
 * Ports of protocols other than HTTP: the blocked ports of the Fetch standard, then file shares, databases, queues and
 * remote desktops.
 */
export const NON_HTTP_PORTS: ReadonlySet<number> = new Set([
  1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104,
  109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515,
  526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
  3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 445, 1433, 1521,
  3306, 3389, 5432, 5672, 5900, 6379, 9042, 9092, 11211, 27017,
]);
