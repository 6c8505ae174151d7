#!/usr/bin/env node
'use strict'
// Runs the suite: one PostgreSQL for all files, then tap, then the last line `N passed, N failed`. Arguments go to tap (file
// names, --grep, …). KAHUB_TEST_CLUSTER names a server to use instead, KAHUB_TEST_POSTGRES other binaries; KAHUB_TEST_ONLY=postgres
// leaves out what another PostgreSQL cannot change: files that use none, and those that look at pages in a browser. A file that
// hangs is ended by tap (.taprc: timeout). Written for any Node, so that an old one hands over to the Node 24 of node_modules.
const { spawn } = require('node:child_process')
const { createHash } = require('node:crypto')
const { createInterface } = require('node:readline')
const { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs')
const { constants, tmpdir } = require('node:os')
const { delimiter, dirname, join } = require('node:path')

const root = join(__dirname, '..')
const bin = join(root, 'node_modules', '.bin')

main()

async function main () {
  const node = newNode()
  if (!node) {
    console.error(`The tests need Node 22.19 or newer; this is ${process.version}. Run "npm ci" first, it brings Node 24 on Linux.`)
    process.exit(1)
  }
  const temporary = openTemporary()
  const report = join(temporary, 'run.tap')
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}`, TMPDIR: temporary }
  const cluster = env.KAHUB_TEST_CLUSTER ? undefined : startCluster(node, env)
  let code = 1
  try {
    if (cluster) env.KAHUB_TEST_CLUSTER = await cluster.url
    await buildTap(node, env)
    const files = env.KAHUB_TEST_ONLY === 'postgres' ? filesOnPostgres() : []
    code = await runTap(node, env, report, [...files, ...process.argv.slice(2)])
  } catch (error) {
    console.error(error.message)
  }
  if (cluster) await cluster.stop()
  const said = existsSync(report) ? readFileSync(report, 'utf8') : ''
  const { passed, failed } = count(said)
  if (failed > 0) console.log(`\nFailed:\n${failures(said)}`)
  rmSync(temporary, { recursive: true, force: true, maxRetries: 5 })
  // A run that failed outside any assertion (no file matched, tap itself died) must not read as a success.
  console.log(`\n${passed} passed, ${failed === 0 && code !== 0 ? 1 : failed} failed`)
  process.exitCode = code === 0 && failed > 0 ? 1 : code
}

/** The run's own folder for temporary files: whatever a test that was cut leaves in it goes with it. */
function openTemporary () {
  const folder = mkdtempSync(join(tmpdir(), 'kahub-run-'))
  // PostgreSQL does not run as root, and its account must get in.
  if (process.getuid?.() === 0) chmodSync(folder, 0o1777)
  return folder
}

/** The running Node when it can run TypeScript, else the one of node_modules, else nothing. */
function newNode () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  return existsSync(join(bin, 'node')) ? join(bin, 'node') : undefined
}

function startCluster (node, env) {
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(__dirname, 'support', 'cluster.ts')], {
    env, stdio: ['pipe', 'pipe', 'inherit']
  })
  const ended = new Promise(resolve => child.once('close', resolve))
  const url = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', line => resolve(JSON.parse(line).url))
    child.once('error', reject)
    ended.then(() => reject(new Error('the PostgreSQL of the tests did not start')))
  })
  const stop = async () => {
    child.kill('SIGTERM')
    await ended
  }
  return { url, stop }
}

/**
 * Makes tap's test class anew with the plugins of .taprc. In a fresh checkout tap would do that while it runs, and give the first
 * run the plugins it came with, a TypeScript compiler of its own among them. What was made for the same .taprc and the same
 * packages stays: another run may be using it.
 */
async function buildTap (node, env) {
  const stamp = join(root, 'node_modules', '.kahub-tap')
  const made = createHash('sha256')
  for (const file of ['.taprc', 'package-lock.json']) made.update(readFileSync(join(root, file)))
  const wanted = made.digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  const child = spawn(node, [tapProgram(), 'build'], { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve))
  if (code !== 0) throw new Error(`tap build ended with ${code}`)
  writeFileSync(stamp, wanted)
}

/** The test files whose imports lead to the database of the tests, and to no browser. */
function filesOnPostgres () {
  const files = ['test', 'sdk', 'bench'].flatMap(folder => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts') && !name.includes('node_modules')).map(name => join(folder, name)))
  return files.filter(file => {
    const reached = importsOf(join(root, file))
    return reached.has(join(root, 'test', 'support', 'postgres.ts')) && !reached.has('playwright-core')
  })
}

/** What a file imports, and what that imports: paths of ours, names of packages. */
function importsOf (file, reached = new Set()) {
  if (reached.has(file)) return reached
  reached.add(file)
  for (const [, name] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
    const path = join(dirname(file), name)
    if (!name.startsWith('.')) reached.add(name)
    else if (name.endsWith('.ts') && existsSync(path)) importsOf(path, reached)
  }
  return reached
}

function tapProgram () {
  const tap = join(root, 'node_modules', 'tap')
  return join(tap, JSON.parse(readFileSync(join(tap, 'package.json'), 'utf8')).bin.tap)
}

/** Gives tap's exit code; a signal to us goes to tap too, and the cluster is still stopped. */
function runTap (node, env, report, args) {
  const ours = [`--output-file=${report}`, '--include={test,sdk,bench}/**/*.test.ts']
  // Without a terminal tap would print the raw report, and twice when it writes it to a file too.
  if (!process.stdout.isTTY && !args.some(arg => /^(-R|--reporter)/.test(arg))) ours.push('--reporter=terse')
  const stdio = ['inherit', process.stdout.isTTY ? 'inherit' : 'pipe', 'inherit']
  const child = spawn(node, [tapProgram(), ...ours, ...args], { cwd: root, env, stdio })
  if (child.stdout) printPlainly(child.stdout)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(signal ? 128 + constants.signals[signal] : code))
  })
}

/** In a file or a pipe the reporter's running score, redrawn all the time, is noise, and so are its colours. */
function printPlainly (output) {
  let blank = true
  createInterface({ input: output }).on('line', line => {
    // eslint-disable-next-line no-control-regex
    const text = line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').trimEnd()
    if (/^\s*(Asserts|Suites): /.test(text) || (blank && text === '')) return
    blank = text === ''
    console.log(text)
  })
}

const failuresMax = 40

/** What failed, with the file and the tests around it, and why: whatever the reporter has shown or not. */
function failures (report) {
  const lines = report.split('\n')
  return lines.flatMap((line, i) => /^\s*not ok /.test(line) ? lines.slice(i, i + 14) : []).slice(0, failuresMax * 14).join('\n')
}

/** Reads tap's own summary, `# { total: 9, pass: 5, fail: 3, skip: 1 }`, which ends its report; a run cut short has none. */
function count (report) {
  const summary = report.match(/^# \{ total: \d+.*\}$/gm)?.at(-1) ?? ''
  const number = word => Number(new RegExp(`\\b${word}: (\\d+)`).exec(summary)?.[1] ?? 0)
  return { passed: number('pass'), failed: number('fail') }
}
