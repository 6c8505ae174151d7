import type { KeyObject } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { ImportState } from '../../../schema/vocabulary.ts'
import { Problem } from '../../base/problem.ts'
import { bareArray } from '../../postgres/arrays.ts'
import type { Reader } from '../../postgres/pool.ts'
import { rowChecker } from './check-row.ts'
import { fingerprintOf, type Fingerprint } from './fingerprint.ts'
import { partRowsMax, type Import, type Part } from './import.ts'
import { isFault, readRows, type LineFault } from './read-rows.ts'

/** Faults told one by one; the rest are counted. */
export const faultsShownMax = 100

/** What is wrong with a part: lines that cannot be read, repeat each other, or were stocked before. */
export interface Faults {
  readonly inFile: readonly LineFault[]
  readonly stockedBefore: readonly LineFault[]
}

/** Reads a whole part for everything that is wrong with it, after it was refused. */
export async function findFaults (read: Reader, fingerprintKey: KeyObject, open: Import, part: Part): Promise<Faults> {
  const [clock] = await read<{ now: Date }[]>`select now()`
  const check = rowChecker(clock!.now.getTime(), open.expiresAt?.getTime() ?? Infinity)
  const lines = new Map<Fingerprint, number>()
  const inFile: LineFault[] = []
  let rows = 0
  for (const row of readRows(part.format, part.body)) {
    if (++rows % rowsPerTurn === 0) await turn()
    if (rows > partRowsMax) {
      inFile.push({ line: row.line, detail: `is beyond the ${partRowsMax} codes a part may have` })
      break
    }
    const checked = isFault(row) ? row : check(row)
    if (isFault(checked)) {
      inFile.push(checked)
      continue
    }
    const fingerprint = fingerprintOf(fingerprintKey, open.issuerId, checked)
    const first = lines.get(fingerprint)
    if (first === undefined) lines.set(fingerprint, checked.line)
    else inFile.push({ line: checked.line, detail: `has the code of line ${first} again` })
  }
  if (rows === 0) inFile.push({ line: 1, detail: 'is the end: there are no codes in this part' })
  return { inFile, stockedBefore: await findStocked(read, open, lines) }
}

/** Throws what was found: `import_invalid`, or `code_already_stocked` when nothing else is wrong; returns when nothing is. */
export function refuseFaults ({ inFile, stockedBefore }: Faults): void {
  const faults = [...inFile, ...stockedBefore].sort((a, b) => a.line - b.line)
  if (faults.length === 0) return
  const more = faults.length - faultsShownMax
  const count = faults.length === 1 ? 'One line' : `${faults.length} lines`
  const rest = more > 0 ? ` The first ${faultsShownMax} are named, and ${more} more are not.` : ''
  throw new Problem(
    inFile.length > 0 ? 'import_invalid' : 'code_already_stocked',
    `${count} cannot be stocked, so nothing of this part was.${rest}`,
    {
      errors: faults.slice(0, faultsShownMax).map(({ line, detail }) => ({ pointer: `/lines/${line}`, detail: `Line ${line} ${detail}.` })),
      fault_count: faults.length
    }
  )
}

const rowsPerTurn = 1_000
const fingerprintsPerStatement = 10_000

async function findStocked (read: Reader, open: Import, lines: ReadonlyMap<Fingerprint, number>): Promise<LineFault[]> {
  const all = [...lines.keys()]
  const found: LineFault[] = []
  for (let at = 0; at < all.length; at += fingerprintsPerStatement) {
    const rows = await read<{ fingerprint: string, own: boolean, state: ImportState }[]>`
      select codes.fingerprint, i.id = ${open.id} as own, i.state
      from codes join lots on lots.id = codes.lot_id join imports i on i.id = lots.import_id
      where codes.fingerprint = any(${bareArray(all.slice(at, at + fingerprintsPerStatement))}::uuid[])`
    for (const { fingerprint, own, state } of rows) {
      const line = lines.get(fingerprint.replaceAll('-', ''))!
      found.push({ line, detail: own ? 'has a code of an earlier part again' : stockedDetails[state] })
    }
  }
  return found
}

const stockedDetails: Readonly<Record<ImportState, string>> = {
  open: 'has a code that another import, still open, brings',
  committed: 'has a code that was stocked before',
  aborted: 'has a code of an aborted import that is still being cleared away; try again soon'
}
