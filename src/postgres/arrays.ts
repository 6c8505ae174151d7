// Arrays travel to Postgres as array literals, to be spread by unnest: one parameter a column, whatever the number of rows.
// The values are ours (ids, numbers) or quoted here; the statement's text never changes.

/** A literal for uuid[], int[], bigint[], boolean[] and the like: values without quotes, commas or braces. */
export function bareArray (values: readonly (string | number | bigint | boolean | null)[]): string {
  let literal = '{'
  for (let i = 0; i < values.length; i++) {
    if (i > 0) literal += ','
    literal += values[i] ?? 'null'
  }
  return literal + '}'
}

/** A literal for text[], json[], timestamptz[] or arrays of arrays: every value quoted. */
export function quotedArray (values: readonly (string | null)[]): string {
  let literal = '{'
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (i > 0) literal += ','
    literal += value === null || value === undefined ? 'null' : '"' + (needsEscape.test(value) ? value.replace(/["\\]/g, '\\$&') : value) + '"'
  }
  return literal + '}'
}

/** A literal for bytea[]. */
export function bytesArray (values: readonly Uint8Array[]): string {
  return '{' + values.map(value => '"\\\\x' + Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex') + '"').join(',') + '}'
}

const needsEscape = /["\\]/
