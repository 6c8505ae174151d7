import type { Group } from './groups.ts'
import type { Fate, Mutant } from './mutate.ts'

const fates: readonly Fate[] = ['killed', 'timeout', 'survived', 'uncovered', 'broken']

/** Of the mutants that could be run, how many of a hundred were noticed: by a test that failed, or by never coming to an end. */
export function scoreOf (mutants: readonly Mutant[]): number {
  const run = mutants.filter(({ fate }) => fate !== 'broken')
  return run.length === 0 ? 0 : 100 * run.filter(({ fate }) => fate === 'killed' || fate === 'timeout').length / run.length
}

/** A row for each file and, in bold, for each group. */
export function tableOf (found: ReadonlyMap<Group, readonly Mutant[]>): string {
  const rows = [...found].flatMap(([{ name, files }, mutants]) => [
    rowOf(`**${name}**`, '', mutants),
    ...files.map(({ path, only }) => {
      const part = only ? `: ${only.join(', ')}` : ''
      return rowOf('', `\`${path}\`${part}`, mutants.filter(({ file }) => file === path))
    })
  ])
  return [rowOfCells(heads), rowOfCells(heads.map(() => '---')), ...rows].join('\n')
}

const heads = ['group', 'file', 'mutants', 'killed', 'timeout', 'survived', 'no coverage', 'not runnable', 'score']

function rowOf (name: string, file: string, mutants: readonly Mutant[]): string {
  const counts = fates.map(fate => mutants.filter(mutant => mutant.fate === fate).length)
  return rowOfCells([name, file, mutants.length, ...counts, `${scoreOf(mutants).toFixed(1)} %`])
}

const rowOfCells = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`
