// No plaintext (I10): canaries are sent through everything, and found nowhere but with their buyers. The search is shown to find what is
// there: a canary planted in each form among the files, and what the database does keep in the open.
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'
import { filesIn, formsOf, search } from './canaries-search.ts'
import { canary, canaryMarks, sendCanaries, type Voyage } from './canaries-voyage.ts'
import type { FuzzRun } from './run-type.ts'

const codesInSlice = 60
const codesInWhole = 200
const marksPerCode = 3

export const canaries: FuzzRun = {
  name: 'canaries',
  says: 'codes, secrets, tokens and contacts are found nowhere but with those they are for, in any form',

  async run ({ ending, extent, say }) {
    const t: Pick<Test, 'teardown'> = { teardown: end => { ending.add(end as () => unknown) } }
    const codes = extent === 'slice' ? codesInSlice : codesInWhole
    const voyage = await sendCanaries(t, codes)
    say(`${codes} codes are imported and sold`)
    const { rows, faults } = await judgeVoyage(voyage)
    const control = await controlSearch(voyage)
    return {
      tried: codes * marksPerCode + voyage.marks.size,
      faults: [...voyage.faults, ...faults, ...control],
      table: ['| searched | places | bytes | hits |', '|---|---|---|---|', ...rows].join('\n')
    }
  }
}

/** Searches all places of a voyage; a row of a table for each group, and what is found where it must not be. */
export async function judgeVoyage ({ marks, groups }: Voyage): Promise<{ rows: string[], faults: string[] }> {
  const rows: string[] = []
  const faults: string[] = []
  const whatIs = new Map([...marks].map(([what, text]) => [text, what]))
  for (const { says, places } of groups) {
    const { found, bytes, places: count } = await search(marks.values(), places)
    rows.push(`| ${says} | ${count} | ${bytes.toLocaleString('en')} | ${found.length} |`)
    faults.push(...found.map(one => one.replace(/^\S+/, text => whatIs.get(text) ?? text)))
    if (bytes === 0 && !says.startsWith('temporary') && !says.startsWith('compiled')) faults.push(`${says}: nothing was searched`)
  }
  return { rows, faults }
}

/** Plants canaries in each form among the files, beside the data and across the edges of pieces; gives what was not found, or too much. */
export async function controlSearch ({ house, home }: Pick<Voyage, 'house' | 'home'>): Promise<string[]> {
  const faults: string[] = []
  const folder = await mkdtemp(join(dirname(home), 'kahub-control-'))
  const file = join(folder, 'control')
  const finds = async (bytes: Buffer): Promise<boolean> => {
    await writeFile(file, bytes)
    return (await search(canaryMarks, filesIn(folder))).found.length > 0
  }
  try {
    for (const mark of canaryMarks) {
      for (const [form, bytes] of formsOf(mark)) {
        for (const before of [1_000, 1024 * 1024 - 7]) {
          const planted = Buffer.concat([Buffer.alloc(before, 'x'), bytes, randomBytes(100)])
          if (!await finds(planted)) faults.push(`${form}: a planted canary is not found`)
        }
      }
    }
    const planted = canary()
    for (const shift of ['', 'x', 'xy']) {
      for (const encoding of ['base64', 'base64url'] as const) {
        const whole = Buffer.from(`${shift}{"secret":"${planted}"}`).toString(encoding)
        if (!await finds(Buffer.from(whole))) faults.push(`${encoding} of a text around it: a planted canary is not found`)
      }
    }
    if (await finds(randomBytes(100_000))) faults.push('a canary is found where none is')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const name = `KEPT${randomBytes(9).toString('hex').toUpperCase()}`
  await house.operator.issuers.put('kept', { name })
  await house.db`checkpoint`
  const { found } = await search([name], filesIn(home))
  for (const part of ['pg_wal', 'base']) {
    if (!found.some(one => one.includes(`/${part}/`))) faults.push(`what the database keeps in the open is not found in ${part}`)
  }
  return faults
}
