// Runs one test file in the scratch copy and says whether it was green, or which assertion failed first.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { join } from 'node:path'
import type { Scratch } from './scratch.ts'

/** What a run came to. Only `red` is an assertion that failed, inside a test; its line is known where it stands in the test itself. */
export type Verdict =
  | { readonly kind: 'green', readonly tests: number }
  | { readonly kind: 'red', readonly test: string, readonly assertion: string, readonly line: string | undefined }
  | { readonly kind: 'broken', readonly why: string }

/** After a failure, how long the file may take to end what it has started. */
const endMs = 5_000
const outputKeptLines = 12
/** An assertion is told in so many characters; a property's counterexample may fill pages. */
const assertionCharsMax = 100

/** Runs the named tests of a file, in the copy. The first assertion that fails ends the run. */
export async function runTests (
  scratch: Scratch, file: string, tests: readonly string[], env: NodeJS.ProcessEnv, msMax: number
): Promise<Verdict> {
  const named = tests.map(test => test.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|')
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(scratch.folder, file)], {
    cwd: scratch.folder,
    env: { ...process.env, ...env, TMPDIR: scratch.temporary, TAP_TIMEOUT: String(Math.ceil(msMax / 1_000)), TAP_GREP: `/^(?:${named})/` },
    stdio: ['ignore', 'pipe', 'pipe'],
    // The leader of its own group, so that what it started ends with it.
    detached: true
  })
  const end = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-child.pid!, signal)
    } catch { /* all of it has ended */ }
  }
  const atExit = (): void => end('SIGKILL')
  process.once('exit', atExit)
  const heard = hear()
  let last: NodeJS.Timeout | undefined
  const stop = (): void => {
    end('SIGTERM')
    last ??= setTimeout(() => end('SIGKILL'), endMs)
  }
  const limit = setTimeout(() => {
    heard.late = true
    stop()
  }, msMax)
  createInterface({ input: child.stdout! }).on('line', line => {
    heard.line(line)
    if (heard.failure?.whole) stop()
  })
  createInterface({ input: child.stderr! }).on('line', line => heard.other(line))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  clearTimeout(limit)
  clearTimeout(last)
  atExit()
  process.off('exit', atExit)
  return verdictOf(heard, code, msMax)
}

interface Failure { readonly test: string | undefined, readonly assertion: string, readonly diagnosis: string[], whole: boolean }

/** Reads TAP as it comes: which test is running, how many passed, and the first failure with its diagnosis. */
function hear () {
  /** Tests that are open, by the depth of their lines. */
  const open: string[] = []
  const heard = {
    passed: 0,
    late: false,
    failure: undefined as Failure | undefined,
    tail: [] as string[],
    other (line: string) {
      if (heard.tail.push(line) > outputKeptLines) heard.tail.shift()
    },
    line (line: string) {
      const depth = line.search(/\S/) / 4
      const { failure } = heard
      if (failure && !failure.whole) {
        if (/^\s*\.\.\.$/.test(line)) failure.whole = true
        else failure.diagnosis.push(line.trim())
        return
      }
      const begun = /^\s*# Subtest: (.+)$/.exec(line)?.[1]
      const point = /^\s*(not )?ok \d+(?: - (.*))?$/.exec(line)
      if (begun !== undefined) open[depth] = begun
      else if (point?.[1]) heard.failure ??= { test: open[depth - 1], assertion: point[2] ?? '', diagnosis: [], whole: false }
      else if (point && depth === 0 && !/ # SKIP/.test(line)) heard.passed++
      else if (!point) heard.other(line)
    }
  }
  return heard
}

/** A failure outside of any test, a fault of syntax or type, and a time-out prove nothing of a planted bug. */
function verdictOf ({ failure, late, passed, tail }: ReturnType<typeof hear>, code: number | null, msMax: number): Verdict {
  const said = failure?.diagnosis.join('\n') ?? ''
  const crash = /^type: (SyntaxError|ReferenceError|TypeError)$/m.exec(said)?.[1]
  if (failure?.test !== undefined && !crash && !/^expired:/m.test(said) && !failure.assertion.startsWith('timeout!')) {
    return { kind: 'red', test: failure.test, assertion: failure.assertion.replace(/ # time=.*$/, '').slice(0, assertionCharsMax), line: /^lineNumber: (\d+)$/m.exec(said)?.[1] }
  }
  if (late) return { kind: 'broken', why: `did not end within ${msMax / 1_000} s` }
  if (failure) return { kind: 'broken', why: `${crash ?? 'failed outside of a test'}: ${failure.assertion}` }
  if (code !== 0 || passed === 0) return { kind: 'broken', why: `ended with ${code} after ${passed} tests\n${tail.join('\n')}` }
  return { kind: 'green', tests: passed }
}
