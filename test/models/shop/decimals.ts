// Decimal text and ten-thousandths, for the models alone.

/** "98.25" as 982500n. */
export function readAmount (text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.')
  const size = BigInt(whole + fraction.padEnd(4, '0'))
  return text.startsWith('-') ? -size : size
}

/** 982500n as "98.2500". */
export function formatAmount (amount: bigint): string {
  const digits = String(amount < 0n ? -amount : amount).padStart(5, '0')
  return `${amount < 0n ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}
