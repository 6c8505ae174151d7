import { OauthRefusal } from './refusal.ts'

/** The most bytes and fields of a request for a token: an assertion has about 600 bytes. */
export const formBytesMax = 8 * 1024
export const formFieldsMax = 32

/**
 * Reads application/x-www-form-urlencoded so that nobody can read it otherwise: UTF-8, every escape whole, no field twice
 * (RFC 6749 §3.2). An empty field counts as left out.
 */
export function readForm (body: Buffer, contentType: string): Readonly<Record<string, string>> {
  const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i.exec(contentType)?.[1]
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') throw refusal(`is in UTF-8, not in ${charset.slice(0, 32)}`)
  // What is not ASCII stands as escapes, so that no other encoding can say something else with the same bytes.
  if (body.some(byte => byte < 0x21 || byte > 0x7e)) throw refusal('has characters that must be percent-encoded')
  const text = body.toString('latin1')
  const fields = new Map<string, string>()
  for (const pair of text === '' ? [] : text.split('&')) {
    const at = pair.indexOf('=')
    const name = decode(at < 0 ? pair : pair.slice(0, at))
    if (fields.has(name)) throw refusal(`has the field ${name.slice(0, 64)} twice`)
    if (fields.size >= formFieldsMax) throw refusal(`has more than ${formFieldsMax} fields`)
    fields.set(name, at < 0 ? '' : decode(pair.slice(at + 1)))
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ''))
}

function decode (part: string): string {
  try {
    return decodeURIComponent(part.replaceAll('+', ' '))
  } catch {
    throw refusal('has an escape that is not UTF-8 in hexadecimal')
  }
}

function refusal (fault: string): OauthRefusal {
  return new OauthRefusal('invalid_request', `The form ${fault}.`)
}
