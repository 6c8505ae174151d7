/** A cell of a CSV (RFC 4180) that a spreadsheet takes for text where it would take it for a formula: a `'` stands in front then. */
export function csvCell (value: string | number | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n;\t]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
