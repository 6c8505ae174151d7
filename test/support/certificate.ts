// A certificate that nobody trusts, for localhost alone, made anew by each run: for receivers of tests (RFC 5280 §4.1, in DER).
import { generateKeyPairSync, sign } from 'node:crypto'

export interface Certificate { readonly cert: string, readonly key: string }

/** A certificate for localhost that is its own authority, and its key, as PEM. */
export function makeCertificate (): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = sequence(oid('2a8648ce3d040302'))
  const name = sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from('localhost')))))
  const validity = sequence(generalizedTime('20200101000000Z'), generalizedTime('20991231235959Z'))
  const isAuthority = sequence(oid('551d13'), der(0x01, Buffer.from([0xff])), der(0x04, sequence(der(0x01, Buffer.from([0xff])))))
  const forLocalhost = sequence(oid('551d11'), der(0x04, sequence(der(0x82, Buffer.from('localhost')))))
  const body = sequence(
    der(0xa0, integer(2)), integer(1), algorithm, name, validity, name, publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(isAuthority, forLocalhost)))
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', body, privateKey)]))
  const base64 = sequence(body, algorithm, signature).toString('base64').replace(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
  }
}

function sequence (...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function der (tag: number, content: Buffer): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function oid (hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'))
}

function integer (value: number): Buffer {
  return der(0x02, Buffer.from([value]))
}

function generalizedTime (text: string): Buffer {
  return der(0x18, Buffer.from(text))
}
