import { generateKeyPairSync, sign } from 'node:crypto';

/** A key and its certificate, as PEM. */
export interface Certificate {
  key: string;
  cert: string;
}

const ECDSA_SHA256 = sequence(oid('06082a8648ce3d040302'));

/** A self-signed certificate for host names, valid from 2020 to 2049. */
export function selfSigned(...names: string[]): Certificate {
  return certify({ names });
}

/** The contents of a certificate, and its issuer. */
export interface CertificateOptions {
  /** Host names. The first is also the name of the holder. */
  names: string[];
  /** Default: the certificate signs itself. */
  issuer?: Certificate & { name: string };
  /** Whether the holder may issue certificates. */
  isAuthority?: boolean;
  /** UTCTime, such as `200101000000Z`. */
  from?: string;
  until?: string;
}

/** Makes a key and a certificate. Node has no function for this, because it can only read certificates. */
export function certify(options: CertificateOptions): Certificate & { name: string } {
  const { names, issuer, isAuthority = false, from = '200101000000Z', until = '490101000000Z' } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const alternatives = sequence(...names.map((each) => der(0x82, Buffer.from(each))));
  const extensions = [sequence(oid('0603551d11'), der(0x04, alternatives))];
  if (isAuthority) {
    const critical = Buffer.from([0x01, 0x01, 0xff]);
    extensions.push(sequence(oid('0603551d13'), critical, der(0x04, sequence(critical))));
  }
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ECDSA_SHA256,
    distinguishedName(issuer?.name ?? names[0]!),
    sequence(der(0x17, Buffer.from(from)), der(0x17, Buffer.from(until))),
    distinguishedName(names[0]!),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, issuer?.key ?? privateKey);
  const certificate = sequence(body, ECDSA_SHA256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  return {
    name: names[0]!,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${certificate
      .toString('base64')
      .match(/.{1,64}/g)!
      .join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}

function distinguishedName(name: string): Buffer {
  return sequence(der(0x31, sequence(oid('0603550403'), der(0x0c, Buffer.from(name)))));
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

function oid(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
