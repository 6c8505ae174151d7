import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { RefusedError } from '../failures.ts'
import { readFile, type FileFormat } from './read-file.ts'
import { isFault, type LineFault } from './read-line.ts'
import { codesComparedMax, openSeenCodes } from './seen-codes.ts'

/** Faults kept to be told; the rest are counted. */
export const faultsKeptMax = 100

/** What a file holds, as far as it can be told without the server. */
export interface CheckedFile {
  readonly codes: number
  /** Of the bytes of the file, hexadecimal. */
  readonly sha256: string
  readonly faults: readonly LineFault[]
  readonly faultCount: number
  /** Whether every code was compared with every other. */
  readonly duplicatesChecked: boolean
}

/** Reads a whole file once: counts, hashes and checks every line, and finds codes that stand in it twice. */
export async function checkFile (
  file: FileHandle,
  format: FileFormat,
  stop: AbortSignal,
  onBytes: (bytes: number) => void
): Promise<CheckedFile> {
  const digest = createHash('sha256')
  const seen = openSeenCodes()
  const faults: LineFault[] = []
  let faultCount = 0
  let codes = 0
  const tell = (fault: LineFault) => {
    if (++faultCount <= faultsKeptMax) faults.push(fault)
  }

  for await (const { lines, bytes, raw } of readFile(file, format)) {
    stop.throwIfAborted()
    digest.update(raw)
    for (const line of lines) {
      if (isFault(line)) {
        tell(line)
        continue
      }
      codes++
      const first = seen.firstLine(line.sameness, line.line)
      if (first !== 0) tell({ line: line.line, detail: `has the code of line ${first} again` })
    }
    onBytes(bytes)
  }
  return { codes, sha256: digest.digest('hex'), faults, faultCount, duplicatesChecked: codes <= codesComparedMax }
}

/** Throws when a file has faults or no codes, naming its lines. */
export function refuseFaults ({ codes, faults, faultCount }: CheckedFile, name: string): void {
  if (faultCount > 0) {
    const count = faultCount === 1 ? 'One line' : `${faultCount.toLocaleString('en')} lines`
    throw new RefusedError('import_invalid', `${count} of ${name} cannot be imported, so nothing was sent.`, {
      errors: faults.map(({ line, detail }) => ({
        pointer: `/lines/${line}`,
        detail: `Line ${line} ${detail}${detail.endsWith('.') ? '' : '.'}`
      })),
      errorsMore: faultCount - faults.length
    })
  }
  if (codes === 0) throw new RefusedError('import_invalid', `There are no codes in ${name}.`)
}
