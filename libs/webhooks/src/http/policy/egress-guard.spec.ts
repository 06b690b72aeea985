import * as fc from 'fast-check';
import { EgressGuard } from './egress-guard.js';
import { itForAll } from '../../../../../test/support/it-for-all.js';

describe('EgressGuard', () => {
  it('allows public IPv4 and IPv6 addresses', () => {
    const guard = new EgressGuard();
    const addresses = [
      '1.1.1.1',
      '93.184.216.34',
      '172.15.255.255',
      '172.32.0.0',
      '2606:4700::1111',
      '2a00::1',
    ];
    expect(addresses.filter((address) => !guard.allowsAddress(address))).toEqual([]);
  });

  it('refuses what is not a plain address', () => {
    const guard = new EgressGuard();
    const others = [
      '',
      'localhost',
      '127.1',
      '0x7f000001',
      '1.1.1.1:80',
      '[2606:4700::1]',
      '2606:4700::1%eth0',
      '1.1.1.1/8',
    ];
    expect(others.filter((address) => guard.allowsAddress(address))).toEqual([]);
  });

  it('refuses every IPv6 address that is not in 2000::/3', () => {
    const guard = new EgressGuard();
    const group = fc.integer({ min: 0, max: 0xffff });
    fc.assert(
      fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
        fc.pre(groups[0]! >> 13 !== 1);
        expect(guard.allowsAddress(groups.map((each) => each.toString(16)).join(':'))).toBe(false);
      }),
    );
  });

  it('refuses every IPv6 address that contains a private IPv4 address', () => {
    const guard = new EgressGuard();
    const privateIpv4 = fc.tuple(fc.constantFrom(10, 127), fc.nat(255), fc.nat(255), fc.nat(255));
    const carriers = [
      '::',
      '::ffff:',
      '::ffff:0:',
      '64:ff9b::',
      '2606:4700::5efe:',
      '2606:4700::200:5efe:',
      'fe80::5efe:',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...carriers), privateIpv4, (carrier, ipv4) => {
        expect(guard.allowsAddress(carrier + ipv4.join('.'))).toBe(false);
      }),
    );
  });

  it('allows the private addresses that allowedAddresses names, and no others', () => {
    const guard = new EgressGuard({ allowedAddresses: ['127.0.0.0/8', '10.1.2.3', 'fd00::/8'] });
    const asked = ['127.0.0.1', '127.9.9.9', '10.1.2.3', 'fd12::1', '10.1.2.4', '::1', 'fc00::1', '0.0.0.0'];
    expect(asked.filter((address) => guard.allowsAddress(address))).toEqual([
      '127.0.0.1',
      '127.9.9.9',
      '10.1.2.3',
      'fd12::1',
    ]);
  });

  it("refuses this network's own NAT64 prefixes", () => {
    const guard = new EgressGuard({ nat64Prefixes: ['2a00:1:2:64::/96'] });
    expect(guard.allowsAddress('2a00:1:2:64::7f00:1')).toBe(false);
    expect(guard.allowsAddress('2a00:1:2:65::7f00:1')).toBe(true);
  });

  it('trusts allowed hosts by their exact name, in upper or lower case', () => {
    const guard = new EgressGuard({ allowedHosts: ['Receiver', 'sms_sink', 'hooks.svc.cluster.local'] });
    const asked = [
      'receiver',
      'RECEIVER',
      'sms_sink',
      'hooks.svc.cluster.local',
      'a.receiver',
      'receiver.com',
      '',
    ];
    expect(asked.filter((host) => guard.trustsHost(host))).toEqual(asked.slice(0, 4));
  });

  itForAll([
    [
      { allowedAddresses: ['10.0.0.0/33'] },
      'allowedAddresses: "10.0.0.0/33" is not an IP address or CIDR block',
    ],
    [{ allowedAddresses: ['10.0.0.0/'] }, 'allowedAddresses: "10.0.0.0/"'],
    [{ allowedAddresses: ['10.0.0.0/8/8'] }, 'allowedAddresses'],
    [{ allowedAddresses: ['localhost'] }, 'allowedAddresses: "localhost"'],
    [{ allowedAddresses: ['fe80::1%eth0'] }, 'allowedAddresses'],
    [{ nat64Prefixes: ['64:ff9b::/129'] }, 'nat64Prefixes: "64:ff9b::/129"'],
    [{ allowedHosts: ['10.0.0.1'] }, 'Add it to allowedAddresses'],
    [{ allowedHosts: ['http://receiver'] }, 'allowedHosts: "http://receiver" is not a host name'],
    [{ allowedHosts: ['receiver:8080'] }, 'allowedHosts'],
    [{ allowedHosts: ['*'] }, 'allowedHosts'],
    [{ allowedHosts: [''] }, 'allowedHosts'],
  ])('says which entry is wrong', ([rules, message]) => {
    expect(() => new EgressGuard(rules)).toThrow(TypeError);
    expect(() => new EgressGuard(rules)).toThrow(message);
  });
});
