import { BlockList, isIP } from 'node:net';

/** Which destinations are allowed besides the public internet. Set per process, never by a tenant or a request. */
export interface EgressRules {
  /** Addresses and CIDR blocks that are allowed although they are not public, such as `127.0.0.0/8`. Default: none. */
  allowedAddresses?: readonly string[];
  /**
   * Host names that may resolve to any address. The system resolves them (`/etc/hosts`, search domains), so they can be
   * Compose or Kubernetes services. Exact names. Default: none.
   */
  allowedHosts?: readonly string[];
  /** This network's own NAT64 prefixes, such as `2a00:1:2:64::/96`. These addresses are refused. Default: none. */
  nat64Prefixes?: readonly string[];
}

// All blocks that IANA or a cloud provider reserves for something other than the public internet.
const CLOSED_IPV4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32', // Azure's wire server: a public address that responds inside every virtual machine of Azure
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.31.196.0/24',
  '192.52.193.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '192.175.48.0/24',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
];

// An allow-list: it excludes mapped, compatible, NAT64 and link-local addresses, and all that IANA may define later.
const OPEN_IPV6 = ['2000::/3'];
const CLOSED_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20'];

/** Decides which addresses may be connected to: public ones, and those that the host allows. */
export class EgressGuard {
  private readonly closed: BlockList;
  private readonly open = blockList('egress guard', OPEN_IPV6);
  private readonly allowed: BlockList;
  private readonly hosts: ReadonlySet<string>;

  /** Throws a `TypeError` that names the option and the invalid entry. */
  constructor(rules: EgressRules = {}) {
    this.closed = blockList('nat64Prefixes', [
      ...CLOSED_IPV4,
      ...CLOSED_IPV6,
      ...(rules.nat64Prefixes ?? []),
    ]);
    this.allowed = blockList('allowedAddresses', rules.allowedAddresses ?? []);
    this.hosts = new Set((rules.allowedHosts ?? []).map(hostName));
  }

  /** Returns true if this address may be connected to, and false for anything that is not a plain IP address. */
  allowsAddress(address: string): boolean {
    const version = isIP(address);
    if (version === 0 || address.includes('%')) return false;
    if (this.allowed.check(address, version === 4 ? 'ipv4' : 'ipv6')) return true;
    if (version === 4) return !this.closed.check(address, 'ipv4');
    return this.open.check(address, 'ipv6') && !this.closed.check(address, 'ipv6') && !isIsatap(address);
  }

  /** Returns true for one of `allowedHosts`, whose addresses are not checked. */
  trustsHost(hostname: string): boolean {
    return this.hosts.size > 0 && this.hosts.has(hostname.toLowerCase());
  }
}

/** ISATAP embeds an IPv4 address after the interface id `0:5efe` or `200:5efe`, under any prefix (RFC 5214). */
function isIsatap(address: string): boolean {
  const groups = ipv6Groups(address);
  return groups[5] === 0x5efe && (groups[4] === 0 || groups[4] === 0x200);
}

function ipv6Groups(address: string): number[] {
  // The URL parser returns the canonical form, without dotted quads.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = '', tail = ''] = canonical.split('::') as [string, string?];
  const left = head === '' ? [] : head.split(':');
  const right = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}

function blockList(option: string, blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', length, ...rest] = block.split('/');
    const version = isIP(address);
    const bits = version === 4 ? 32 : 128;
    const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
    if (version === 0 || address.includes('%') || rest.length > 0 || !(prefix <= bits)) {
      throw new TypeError(
        `${option}: "${block}" is not an IP address or CIDR block. Write it like "10.1.0.0/16" or "fd00::/8".`,
      );
    }
    list.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

function hostName(name: string): string {
  if (isIP(name) !== 0) {
    throw new TypeError(`allowedHosts: "${name}" is an IP address. Add it to allowedAddresses.`);
  }
  if (!/^[a-z0-9_]([a-z0-9._-]{0,251}[a-z0-9_])?$/i.test(name)) {
    throw new TypeError(
      `allowedHosts: "${name}" is not a host name. Write only the name, like "receiver.internal".`,
    );
  }
  return name.toLowerCase();
}
