// Mutates one group with Stryker and says what became of each mutant. Stryker works on a copy under .kahub; the source stays as it is.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Stryker } from '@stryker-mutator/core'
import ts from 'typescript'
import type { Group, MutatedFile } from './groups.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What the tests need of the project. */
const copied = ['package.json', 'schema', 'src', 'test']

/** Where the copy is; what is left of it when this program is ended goes with it. */
const workshop = `.kahub/mutants-${process.pid}`
// What is compiled for one mutant serves the next, tap most of all: each is a process of its own.
process.env.NODE_COMPILE_CACHE = root + workshop + '-compiled'
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))
process.on('exit', () => {
  for (const folder of [workshop, `${workshop}-compiled`]) rmSync(root + folder, { recursive: true, force: true, maxRetries: 3 })
})

/** Two processes: what continuous integration has. */
const concurrency = 2
/**
 * A mutant that takes so much longer than the tests did without it hangs. It is long, since a busy machine must not pass for a test:
 * most loops without an end are found sooner, by counting how often they come by.
 */
const overtimeMs = 20_000

export type Fate = 'killed' | 'survived' | 'timeout' | 'uncovered' | 'broken'

export interface Mutant {
  readonly file: string
  /** Counted from one. */
  readonly line: number
  readonly mutator: string
  readonly original: string
  readonly replacement: string
  readonly fate: Fate
}

/** Makes every mutant of a group and runs the tests that reach it. */
export async function mutate ({ files, tests }: Group): Promise<readonly Mutant[]> {
  const results = await new Stryker({
    mutate: files.flatMap(patternsOf),
    ignorePatterns: readdirSync(root).filter(name => !copied.includes(name)).map(name => `/${name}`),
    testRunner: 'tap',
    tap: { testFiles: [...tests], nodeArgs: ['--disable-warning=ExperimentalWarning'], forceBail: true },
    plugins: ['@stryker-mutator/tap-runner'],
    coverageAnalysis: 'perTest',
    // Node strips the types of a mutant as of any file of ours: Stryker's instrumented code is erasable TypeScript as well.
    disableTypeChecks: false,
    concurrency,
    timeoutMS: overtimeMs,
    tempDirName: workshop,
    cleanTempDir: 'always',
    reporters: ['progress-append-only'],
    logLevel: 'warn' as LogLevel,
    allowConsoleColors: false
  }).runMutationTest()
  return results.filter(({ status }) => status !== 'Ignored').map(toMutant)
}

type LogLevel = NonNullable<ConstructorParameters<typeof Stryker>[0]['logLevel']>

/** A file as Stryker wants to be told of it: whole, or the lines of the declarations that are named. */
function patternsOf ({ path, only }: MutatedFile): readonly string[] {
  if (!only) return [path]
  const syntax = ts.createSourceFile(path, readFileSync(root + path, 'utf8'), ts.ScriptTarget.Latest, true)
  const lineAt = (position: number) => syntax.getLineAndCharacterOfPosition(position).line + 1
  return only.map(name => {
    const found = syntax.statements.find(statement => namesOf(statement).includes(name))
    if (!found) throw new Error(`${path} declares no ${name} any more: say in test/mutants/groups.ts what is pure there`)
    return `${path}:${lineAt(found.getStart())}-${lineAt(found.end)}`
  })
}

function namesOf (statement: ts.Statement): readonly string[] {
  if (ts.isFunctionDeclaration(statement)) return [statement.name?.text ?? '']
  if (!ts.isVariableStatement(statement)) return []
  return statement.declarationList.declarations.map(({ name }) => name.getText())
}

type Result = Awaited<ReturnType<Stryker['runMutationTest']>>[number]

const fates: Readonly<Partial<Record<Result['status'], Fate>>> = {
  Killed: 'killed', Survived: 'survived', Timeout: 'timeout', NoCoverage: 'uncovered'
}

function toMutant ({ fileName, location: { start, end }, mutatorName, replacement, status }: Result): Mutant {
  const file = fileName.replace(root, '')
  const lines = readFileSync(root + file, 'utf8').split('\n').slice(start.line - 1, end.line)
  lines[lines.length - 1] = lines.at(-1)!.slice(0, end.column - 1)
  lines[0] = lines[0]!.slice(start.column - 1)
  const fate = fates[status] ?? 'broken'
  return { file, line: start.line, mutator: mutatorName, original: lines.join('\n'), replacement: replacement ?? '', fate }
}
