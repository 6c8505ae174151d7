import { basename } from 'node:path'
import { RefusedError } from '../failures.ts'
import { refuseFaults } from './check-file.ts'
import { withFile } from './import-file.ts'
import { readFile, type FileFormat } from './read-file.ts'
import { isFault } from './read-line.ts'

/** The codes of a short file, as they were imported. Throws RefusedError for bad lines and for more than `codesMax`. */
export async function readVoidFile (
  path: string,
  format: FileFormat | undefined,
  codesMax: number
): Promise<Array<{ secret: string, number?: string }>> {
  return await withFile(path, format, async (file, known) => {
    const codes: Array<{ secret: string, number?: string }> = []
    for await (const { lines } of readFile(file, known)) {
      const faults = lines.filter(isFault)
      refuseFaults({ codes: lines.length, sha256: '', faults, faultCount: faults.length, duplicatesChecked: false }, basename(path))
      for (const line of lines) {
        if (isFault(line)) continue
        const { secret, number } = JSON.parse(line.json) as { secret: string, number?: string }
        codes.push({ secret, ...(number !== undefined && { number }) })
      }
      if (codes.length > codesMax) throw new RefusedError('file_invalid', `${path} has more than ${codesMax} codes; divide it.`)
    }
    return codes
  })
}
