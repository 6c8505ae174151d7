// docs/graphql.md is run: its documents on a house, its commands and programs in a reader's folder against a started kahub.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { validate, parse, getOperationAST } from 'graphql'
import t from 'tap'
import { appForPrinting } from '../../src/compose.ts'
import { startProduct } from '../support/api-process.ts'
import { textsIn } from '../support/fences.ts'
import { graphReader, openSse } from '../support/graph.ts'
import { openHouse } from '../support/house.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))
const page = readFileSync(join(root, 'docs/graphql.md'), 'utf8')
const house = await openHouse(t)

t.test('every document of the page answers', async t => {
  const alice = await house.reseller()
  const sku = await house.sku({ codes: 10 })
  const order = (await alice.places({ reference: 'docs', sku, quantity: 1 })).id
  const variables = { input: { reference: 'docs 2', lines: [{ sku, quantity: 1 }] }, skus: [sku], ids: [order, sku], order, after: null }
  const documents = textsIn(page, 'graphql')
  t.ok(documents.length >= 6)
  const app = await appForPrinting()
  await app.ready()
  for (const text of documents) {
    const document = parse(text)
    t.same(validate(app.graphql.schema, document), [], text)
    const operation = getOperationAST(document)!
    const known = operation.variableDefinitions!.map(({ variable }) => variable.name.value)
    const own = Object.fromEntries(Object.entries(variables).filter(([name]) => known.includes(name)))
    if (operation.operation === 'subscription') {
      const stream = await openSse(alice, { query: text, variables: { after: 0 } })
      t.match(await stream.next(), { data: { data: { events: { about: { id: order, reference: 'docs' } } } } })
      stream.close()
    } else {
      const answer = await graphReader(alice)(text, own)
      t.notOk(answer.errors, JSON.stringify(answer.errors))
      t.ok(Object.values(answer.data).every(value => value !== null))
    }
  }
})

t.test('its commands and programs run in the order of the page', async t => {
  const outside = await mkdtemp(join(tmpdir(), 'kahub-graphql-docs-'))
  t.teardown(() => rm(outside, { recursive: true, force: true }))
  const folder = join(outside, 'kahub')
  const home = join(folder, '.kahub')
  await mkdir(home, { recursive: true })
  for (const name of ['bin', 'sdk', 'src', 'schema', 'package.json']) await symlink(join(root, name), join(folder, name))
  await mkdir(join(folder, 'node_modules/@kahub'), { recursive: true })
  const { url } = await startProduct(t, house.databaseUrl, house.masterKey, { KAHUB_HOME: home, KAHUB_DEMO: '1' })
  const env: NodeJS.ProcessEnv = { ...process.env, PATH: `${join(root, 'node_modules/.bin')}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}`, NO_COLOR: '1' }
  for (const name of Object.keys(env)) if (/^(NODE_OPTIONS$|npm_|KAHUB_|TAP)/.test(name)) delete env[name]
  const run = async (program: string, words: readonly string[]) => (await execute(program, words, { cwd: folder, env, timeout: 60_000 })).stdout

  // The reader has installed the SDK, and kahub's command is that of the folder.
  const program = textsIn(page, 'js').join('\n').replace('\'@kahub/sdk\'', JSON.stringify(join(root, 'sdk/src/index.ts')))
  await writeFile(join(folder, 'program.mjs'), program)
  t.match(await run(process.execPath, ['--disable-warning=ExperimentalWarning', 'program.mjs']), /^.+\ncompleted true true$/m)

  const [signed, borne] = textsIn(page, 'sh').map(text => text.replaceAll('http://127.0.0.1:8080', url).replaceAll('npx kahub', join(root, 'bin/kahub')))
  t.match(JSON.parse(await run('sh', ['-e', '-c', signed!])), { data: { me: { world: 'live', reseller: { name: String } }, products: { nodes: [{ name: String }] } } })
  t.match(JSON.parse(await run('sh', ['-e', '-c', borne!])), { data: { wallets: { nodes: [{ balance: { currency: 'CNY' } }] } } })
})
