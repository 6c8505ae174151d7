// The documents are run: the READMEs' commands word for word in a copy of what a reader sees, against a started kahub.
import t from 'tap'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { settings } from '../../src/config.ts'
import { textsIn } from '../support/fences.ts'
import { shownVector } from '../support/signing-vectors.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (name: string) => readFileSync(join(root, name), 'utf8')
const readmes = ['README.md', 'README.zh-CN.md']
const documents = [
  ...readmes, 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'sdk/README.md',
  ...['docs', 'docs/decisions'].flatMap(folder => readdirSync(join(root, folder)).filter(name => name.endsWith('.md')).map(name => `${folder}/${name}`))
]
const startMsMax = 120_000
const commandMsMax = 60_000

t.test('the examples of docs/signing.md give the signature of their vector', async t => {
  const text = textOf('docs/signing.md')
  const { body, secret, content_digest: digest, signature_base: base, signature_input: input, signature } = shownVector
  for (const shown of [body!, secret, digest!, base.replaceAll('\n', '\n   '), input, signature]) {
    t.ok(text.includes(shown), shown)
  }
  const [sh, js, python] = ['sh', 'js', 'python'].map(language => textsIn(text, language))
  t.equal((await run('sh', ['-c', sh![0]!])).trim(), signature, 'sh')
  t.equal((await run(process.execPath, ['--input-type=module', '-e', js![0]!])).trim(), signature, 'js')
  if (await isHere('python3')) t.equal((await run('python3', ['-c', python![0]!])).trim(), signature, 'python')
  t.same([sh, js, python].map(blocks => blocks!.length), [1, 1, 1])
})

t.test('every command of the READMEs does what they say, in both languages', async t => {
  t.same(textsIn(textOf('README.zh-CN.md'), 'sh'), textsIn(textOf('README.md'), 'sh'), 'the same commands in both')
  const outside = await mkdtemp(join(tmpdir(), 'kahub-docs-'))
  const folder = join(outside, 'kahub')
  await mkdir(folder)
  for (const name of ['examples', 'bin', 'sdk', 'src', 'package.json', 'node_modules']) await symlink(join(root, name), join(folder, name))
  const kahub = await start(join(folder, '.kahub'))
  t.teardown(async () => {
    await kahub.stop()
    await rm(outside, { recursive: true })
  })
  t.match(kahub.said, /bought +2 × Steam .*\n +order +ord_[0-9a-z]{26} \(completed\)/, 'what the READMEs show of a start')

  const told: string[] = []
  for (const block of textsIn(textOf('README.md'), 'sh')) {
    if (await cannotRun(block)) continue
    const commands = block.replaceAll('http://127.0.0.1:8080', kahub.url)
    const said = await run('sh', ['-e', '-c', commands], { cwd: folder })
    t.comment(`$ ${block.split('\n')[0]}`)
    told.push(said)
  }
  const all = told.join('\n')
  t.match(all, '{"status":"ok"}', 'health')
  t.match(all, '"code":"signature_missing"', 'a refusal')
  if (await isHere('curl') && await isHere('openssl')) {
    const orders = all.split('\n').filter(line => line.includes('"reference":"MY-ORDER-1"'))
    t.equal(orders.length, 2)
    t.equal(orders[1], orders[0], 'the same reference gives the same order and code')
    t.match(orders[0], /"codes":\[\{"secret":"STEAM-/)
  }
  t.match(all, 'The same reference again: the same order', 'examples/buy.ts')
  t.match(all, /^10000 of 10000 codes, the sum is right$/m, 'examples/buying-day.ts')
  if (await isHere('python3')) t.match(all, /^ord_\S+ completed 96\.80 CNY\nSTEAM-\S+$/m, 'examples/python-buy.py')
  t.match(all, /^callback order\.completed verified; the order is ours$/m, 'examples/first-purchase.mjs')
})

t.test('the settings are told in both READMEs, with their defaults', async t => {
  for (const readme of readmes) {
    const rows = [...textOf(readme).matchAll(/^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\|/gm)].map(([, name, value]) => [name, value ?? ''])
    t.same(rows, Object.entries(settings).map(([name, setting]) => [name, setting.default]), readme)
  }
})

t.test('what the documents name is there', async t => {
  for (const document of documents) {
    const text = textOf(document)
    const { scripts } = JSON.parse(textOf(document.startsWith('sdk/') ? 'sdk/package.json' : 'package.json')) as { scripts: Record<string, string> }
    const npmScripts = [...text.matchAll(/npm run (?:--silent )?([a-z-]+)/g)].map(([, name]) => name!)
    for (const name of npmScripts) t.ok(scripts[name], `${document}: npm run ${name}`)
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, link]) => join(dirname(document), link!))
    const paths = [...text.matchAll(/(?<![\w/.])(?:src|schema|test|sdk|bench|bin|docs|examples|migrations)\/[\w./-]*\w\.(?:ts|cjs|mjs|json|sql|md|py|sh)\b/g)].map(([path]) => path)
    for (const path of new Set([...links, ...paths])) t.ok(existsSync(join(root, path)), `${document}: ${path}`)
  }
})

t.test('every dependency is argued in docs/decisions/dependencies.md, and nothing else', async t => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>
  const argued = [...textOf('docs/decisions/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name!)
  t.same(argued.sort(), Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).sort())
})

/** Commands of other people's programs that this machine lacks. */
async function cannotRun (block: string): Promise<boolean> {
  if (block.startsWith('python3')) return !await isHere('python3')
  if (block.startsWith('curl')) return !await isHere('curl')
  return block.startsWith('examples/buy.sh') && !(await isHere('curl') && await isHere('openssl'))
}

function isHere (program: string): Promise<boolean> {
  return execute('sh', ['-c', `command -v ${program}`]).then(() => true, () => false)
}

async function run (program: string, words: readonly string[], options: { cwd?: string } = {}): Promise<string> {
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`, NO_COLOR: '1' }
  // A coverage or test hook of ours, npm's own settings and a credential of the reader are not the reader's.
  for (const name of Object.keys(env)) if (/^(NODE_OPTIONS$|npm_|KAHUB_|TAP)/.test(name)) delete env[name]
  const { stdout } = await execute(program, words, { ...options, env, timeout: commandMsMax })
  return stdout
}

/** Starts the whole product as `npm start` does, on any free port. */
async function start (home: string): Promise<{ url: string, said: string, stop (): Promise<void> }> {
  const binaries = process.env.KAHUB_TEST_POSTGRES
  const { NODE_OPTIONS, DATABASE_URL, KAHUB_MASTER_KEY, ...inherited } = process.env
  const env = { ...inherited, KAHUB_HOME: home, PORT: '0', HOST: '127.0.0.1', METRICS_PORT: '0', NO_COLOR: '1', ...(binaries && { KAHUB_POSTGRES_BIN: binaries }) }
  const child = spawn(process.execPath, ['bin/node.cjs', 'src/main.ts', 'start'], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const tooLong = setTimeout(() => child.kill(), startMsMax)
  let said = ''
  for await (const line of createInterface({ input: child.stdout })) {
    said += line + '\n'
    if (line.startsWith('Ctrl-C')) break
  }
  clearTimeout(tooLong)
  const url = /kahub serves (\S+)/.exec(said)?.[1]
  if (url === undefined) throw new Error(`kahub did not start; it said:\n${said}`)
  child.stdout.resume()
  return {
    url,
    said,
    async stop () {
      child.kill('SIGTERM')
      await exited
    }
  }
}
