import { generate } from 'selfsigned';

/** What a TLS server shows, as PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
  /** What a client must trust to accept it. */
  readonly ca: string;
}

/** An authority that lives as long as a test, and trusts nobody beyond it. */
export interface TestAuthority {
  /** Its certificate as PEM: what a client must know to trust it. */
  readonly ca: string;
  issue(wish?: CertificateWish): Promise<ServerCertificate>;
}

export interface CertificateWish {
  /** DNS names; default `localhost`. */
  readonly names?: readonly string[];
  /** IP addresses; default the loopback ones. */
  readonly addresses?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
}

const DAY_MS = 86_400_000;
const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const;

export async function createAuthority(name = 'Authority of a test'): Promise<TestAuthority> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...EC,
    ...validity({}),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    ca: made.cert,
    issue: (wish = {}) => createCertificate(wish, { key: made.private, cert: made.cert }),
  };
}

/** A certificate that vouches for itself alone. */
export function createSelfSigned(wish: CertificateWish = {}): Promise<ServerCertificate> {
  return createCertificate(wish);
}

async function createCertificate(
  wish: CertificateWish,
  ca?: { readonly key: string; readonly cert: string },
): Promise<ServerCertificate> {
  const { names = ['localhost'], addresses = ['127.0.0.1', '::1'] } = wish;
  const made = await generate([{ name: 'commonName', value: 'Server of a test' }], {
    ...EC,
    ...validity(wish),
    ...(ca === undefined ? {} : { ca }),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...names.map((value) => ({ type: 2 as const, value })),
          ...addresses.map((ip) => ({ type: 7 as const, ip })),
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert, ca: ca?.cert ?? made.cert };
}

function validity({ notBefore, notAfter }: CertificateWish): { notBeforeDate: Date; notAfterDate: Date } {
  return {
    notBeforeDate: notBefore ?? new Date(Date.now() - DAY_MS),
    notAfterDate: notAfter ?? new Date(Date.now() + DAY_MS),
  };
}
