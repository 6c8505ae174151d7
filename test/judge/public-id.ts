// What stands outside for what stands in the rows: ids (a prefix and 26 symbols of Crockford's base32) and amounts (decimal text).
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const idPattern = /^[a-z]+_([0-7][0-9a-hjkmnp-tv-z]{25})$/

/** The UUID that a public id shows; undefined when it is no such text. */
export function uuidOf (shown: string): string | undefined {
  const symbols = idPattern.exec(shown)?.[1]
  if (symbols === undefined) return undefined
  let number = 0n
  for (const symbol of symbols) number = number * 32n + BigInt(alphabet.indexOf(symbol))
  const hex = number.toString(16).padStart(32, '0')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** Ten-thousandths of a major unit from decimal text ("98.25"); undefined when it is no such text. */
export function amountOf (text: string): bigint | undefined {
  const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (whole === undefined) return undefined
  return BigInt(`${sign}${whole}${part.padEnd(4, '0')}`)
}
