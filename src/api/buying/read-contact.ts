import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import validator from 'validator'
import type { Contact } from '../../domain/links/checkouts/checkout.ts'

export const contactLengthMax = 254

/**
 * A phone number (Chinese unless it says its country) in the form of E.164, or an e-mail address in lower case; undefined when it is
 * neither. Full-width digits and signs, as Chinese keyboards write them, count as plain ones.
 */
export function readContact (text: string): Contact | undefined {
  const plain = text.normalize('NFKC').trim()
  if (plain.length === 0 || plain.length > contactLengthMax) return undefined
  if (plain.includes('@')) return validator.isEmail(plain, { allow_utf8_local_part: false }) ? { kind: 'email', value: plain.toLowerCase() } : undefined
  if (/[^\d+\-() .]/.test(plain)) return undefined
  const phone = parsePhoneNumberFromString(plain, 'CN')
  if (!phone?.isValid()) return undefined
  // The metadata at hand tells no kinds apart: in China mobiles are the numbers of eleven digits that begin with 1.
  if (phone.country === 'CN' && !/^1[3-9]\d{9}$/.test(phone.nationalNumber)) return undefined
  return { kind: 'phone', value: phone.number }
}
