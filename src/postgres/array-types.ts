// Arrays as PostgreSQL writes them, by the ids of its own types (its pg_type.dat). The driver would ask for those ids when a connection
// is first used, in a statement that nobody waits for: a connection lost meanwhile would end the process by an unhandled rejection.
import { quotedArray } from './arrays.ts'

/** What `types` of the driver takes: arrays of one dimension. Those of the hot path are sent as literals (arrays.ts). */
export const arrayTypes = {
  texts: arrayType([1009, 1015, 2951, 1231], text => text),
  integers: arrayType([1005, 1007], Number),
  bigints: arrayType([1016], BigInt),
  booleans: arrayType([1000], text => text === 't'),
  times: arrayType([1115, 1182, 1185], text => new Date(text))
}

function arrayType<Element> (from: number[], read: (text: string) => Element) {
  return {
    to: from[0]!,
    from,
    serialize: (array: string | readonly unknown[]) => typeof array === 'string' ? array : quotedArray(array.map(textOf)),
    parse: (literal: string) => elementsOf(literal).map(text => text === null ? null : read(text))
  }
}

function textOf (element: unknown): string | null {
  return element === null ? null : element instanceof Date ? element.toISOString() : String(element)
}

const element = /"((?:[^"\\]|\\.)*)"|([^{},]+)/gs

/** The elements of a literal (PostgreSQL manual, 8.15.6): in quotes a backslash stands before what would end them. */
function elementsOf (literal: string): (string | null)[] {
  return [...literal.matchAll(element)].map(([, quoted, bare]) =>
    quoted !== undefined ? quoted.replace(/\\(.)/gs, '$1') : bare === 'NULL' ? null : bare!)
}
