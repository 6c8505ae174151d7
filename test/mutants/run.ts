// `npm run mutants`: breaks the code on purpose, one small thing at a time, and counts what the tests notice.
import { readFileSync, writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { delimiter, dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { equivalentsOf, groups, scoreMin, type Group } from './groups.ts'
import { mutate, type Mutant } from './mutate.ts'
import { scoreOf, tableOf } from './table.ts'
import type { Equivalent } from './equivalents.ts'

const usage = `npm run mutants -- [--only GROUP,…] [--slice] [--write FILE]
  Mutates pure code with Stryker and runs the tests that reach each mutant. A group passes with ${scoreMin} % of its mutants killed.
  Nothing is random: every run makes the same mutants.
  --only    some groups: ${groups.map(({ name }) => name).join(', ')}
  --slice   what CI runs: the group ${groups[0]!.name}
  --write   writes the table to a file, as Markdown
  --help    this text`

/** Mutants are many and in no hurry. */
const niceness = 15

process.exitCode = await run()

async function run (): Promise<number> {
  const { help, slice, only, write } = readWords()
  if (help) {
    console.log(usage)
    return 0
  }
  const names = only?.split(',') ?? (slice ? [groups[0]!.name] : groups.map(({ name }) => name))
  const unknown = names.find(name => !groups.some(group => group.name === name))
  if (unknown !== undefined) {
    console.error(`There is no group ${unknown}.\n${usage}`)
    return 2
  }
  setPriority(niceness)
  // The tests of a mutant are run by this Node, whatever stands first on the path.
  process.env.PATH = dirname(process.execPath) + delimiter + process.env.PATH
  const found = new Map<Group, readonly Mutant[]>()
  const failures: string[] = []
  for (const group of groups.filter(({ name }) => names.includes(name))) {
    const startedMs = performance.now()
    console.log(`== ${group.name}: ${group.files.map(({ path }) => path).join(', ')}`)
    const mutants = await mutate(group)
    found.set(group, mutants)
    failures.push(...tell(group, mutants))
    const seconds = Math.round((performance.now() - startedMs) / 1000)
    console.log(`== ${group.name}: ${scoreOf(mutants).toFixed(1)} % of ${mutants.length} mutants in ${seconds} s`)
  }
  const table = tableOf(found)
  console.log(`\n${table}`)
  if (write !== undefined) writeFileSync(write, `${table}\n`)
  for (const failure of failures) console.log(`FAILED: ${failure}`)
  console.log(`${found.size - new Set(failures.map(failure => failure.split(':')[0])).size} passed, ${failures.length} failed`)
  return failures.length === 0 ? 0 : 1
}

function readWords () {
  const word = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({ options: { help: flag, slice: flag, only: word, write: word } }).values
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    process.exit(2)
  }
}

/** Says what nobody noticed; gives back why the group fails. */
function tell (group: Group, mutants: readonly Mutant[]): readonly string[] {
  const equivalents = equivalentsOf(group)
  const met = new Set<Equivalent>()
  for (const mutant of mutants) {
    if (mutant.fate === 'killed' || mutant.fate === 'timeout') continue
    const known = equivalents.find(equivalent => fits(equivalent, mutant))
    if (known) met.add(known)
    const { file, line, mutator, original, replacement, fate } = mutant
    console.log(`${fate}: ${file}:${line} ${mutator}\n  - ${original}\n  + ${replacement}`)
    if (known) console.log(`  cannot be killed: ${known.because}`)
  }
  const stale = equivalents.filter(equivalent => !met.has(equivalent)).map(({ file, line, mutator }) =>
    `${group.name}: no surviving ${mutator} fits "${line}" of ${file} any more; see test/mutants/equivalents.ts`)
  const score = scoreOf(mutants)
  return score < scoreMin ? [`${group.name}: ${score.toFixed(1)} %, below ${scoreMin}`, ...stale] : stale
}

function fits ({ file, line, mutator, replacement }: Equivalent, mutant: Mutant): boolean {
  if (file !== mutant.file || mutator !== mutant.mutator || (replacement ?? mutant.replacement) !== mutant.replacement) return false
  return readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n')[mutant.line - 1]!.includes(line)
}
