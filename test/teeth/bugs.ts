// The planted bugs: a patch each, named by its bug in words, with a header that says what it is and which test shows it.
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = new URL('bugs/', import.meta.url)

export interface Bug {
  /** The name of its file, without the ending. */
  readonly name: string
  /** Where its patch is. */
  readonly path: string
  /** What a tired programmer might do. */
  readonly bug: string
  /** The invariant, or the document, that promises otherwise. */
  readonly breaks: string
  /** The test file that goes red, and the test in it. */
  readonly caughtBy: Catcher
}

export interface Catcher { readonly file: string, readonly test: string }

/** Every planted bug, by name. */
export function readBugs (): readonly Bug[] {
  return readdirSync(folder).filter(file => file.endsWith('.patch')).sort().map(file => {
    const path = fileURLToPath(new URL(file, folder))
    const text = readFileSync(path, 'utf8')
    const header = text.slice(0, text.indexOf('\n--- '))
    const line = (name: string): string => {
      const found = new RegExp(`^${name}: (.+)$`, 'm').exec(header)?.[1]
      if (found === undefined) throw new Error(`test/teeth/bugs/${file} has no line "${name}: …" before its diff`)
      return found
    }
    const caughtBy = /^(\S+\.test\.ts) (\S.*)$/.exec(line('Caught by'))
    if (!caughtBy) throw new Error(`test/teeth/bugs/${file}: "Caught by:" is a test file and the name of a test in it`)
    return { name: file.replace(/\.patch$/, ''), path, bug: line('Bug'), breaks: line('Breaks'), caughtBy: { file: caughtBy[1]!, test: caughtBy[2]! } }
  })
}
