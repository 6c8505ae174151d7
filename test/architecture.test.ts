// Who may know whom, and what is deliberately absent: the invariants of ARCHITECTURE.md, read off the syntax of every file.
import t from 'tap'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'

const root = fileURLToPath(new URL('../', import.meta.url))

interface Import {
  /** A path from the root, or the name of a package or of a module of Node. */
  readonly of: string
  readonly typesOnly: boolean
}

interface File { readonly path: string, readonly syntax: ts.SourceFile, readonly imports: readonly Import[] }

const files = ['schema', 'src', 'sdk/src'].flatMap(folder => readdirSync(root + folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.ts')).map(name => readFile(`${folder}/${name}`)))

/** The floors of the house, each with those it stands on. What is not listed is not known. */
const floors: Readonly<Record<string, readonly string[]>> = {
  schema: [],
  base: ['schema'],
  postgres: ['base', 'schema'],
  ground: ['postgres', 'base', 'schema'],
  capability: ['ground', 'postgres', 'base', 'schema'],
  orders: ['capability', 'ground', 'postgres', 'base', 'schema'],
  buying: ['orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  sandbox: ['buying', 'orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  world: ['sandbox', 'buying', 'orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  api: ['world', 'sandbox', 'buying', 'orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  outgoing: ['base', 'schema'],
  workers: ['outgoing', 'world', 'sandbox', 'buying', 'orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  sdk: [],
  cli: ['sdk', 'schema', 'door'],
  compose: ['api', 'outgoing', 'workers', 'world', 'sandbox', 'buying', 'orders', 'capability', 'ground', 'postgres', 'base', 'schema'],
  door: ['compose', 'workers', 'world', 'capability', 'postgres', 'base', 'schema', 'sdk']
}

/** Parts of the domain that every capability stands on. */
const ground = ['events', 'secrets', 'requests']

/** Ways of buying, and of watching what can be bought: they stand on other capabilities, and do not know each other. */
const buying = ['bulk-orders', 'standing-orders', 'subscriptions', 'links', 'deposits']

/** What is started: the process itself, which counts its signals. */
const mains = ['src/main.ts', 'src/cli/kahub.ts']

/** Where a package may be imported. */
const packages: Readonly<Record<string, readonly string[]>> = {
  '@sinclair/typebox': ['schema', 'api'],
  uuidv7: ['base'],
  postgres: ['postgres'],
  'csv-parse': ['capability', 'buying', 'cli'],
  jose: ['orders', 'capability', 'api'],
  undici: ['outgoing'],
  'ipaddr.js': ['capability'],
  fastify: ['api'],
  '@fastify/swagger': ['api'],
  '@fastify/type-provider-typebox': ['api'],
  '@scalar/fastify-api-reference': ['api'],
  ajv: ['api'],
  graphql: ['api'],
  'graphql-jit': ['api'],
  mercurius: ['api'],
  ws: ['api'],
  marked: ['api'],
  'highlight.js': ['api'],
  'ajv-formats': ['api'],
  'prom-client': ['api', 'workers'],
  'alipay-sdk': ['outgoing'],
  'wechatpay-axios-plugin': ['outgoing'],
  stripe: ['outgoing'],
  qrcode: ['api'],
  satori: ['api'],
  '@resvg/resvg-js': ['api'],
  'altcha-lib': ['api'],
  'libphonenumber-js': ['api'],
  validator: ['api'],
  yaml: ['door'],
  picocolors: ['door', 'cli'],
  commander: ['cli'],
  'cli-progress': ['cli']
}

/** Modules of Node that reach out of the process; the floors that may. */
const reaching = [
  'child_process', 'cluster', 'dgram', 'dns', 'fs', 'fs/promises', 'http', 'http2', 'https', 'net', 'os', 'readline', 'tls',
  'worker_threads'
]
const mayReach = ['postgres', 'api', 'outgoing', 'compose', 'door', 'cli']

t.test('imports go down the floors and never up or across', async t => {
  for (const file of files) {
    const floor = floorOf(file.path)
    for (const { of } of file.imports.filter(isOurs)) {
      const other = floorOf(of)
      t.ok(sameRoom(file.path, of) || floors[floor]!.includes(other), `${file.path} (${floor}) may know ${of} (${other})`)
    }
  }
})

t.test('capabilities do not know each other; only orders brings them together', async t => {
  for (const file of files.filter(({ path }) => floorOf(path) === 'capability')) {
    const others = file.imports.filter(({ of }) => floorOf(of) === 'capability' && roomOf(of) !== roomOf(file.path))
    t.same(others, [], file.path)
  }
  const capabilities = new Set(files.map(({ path }) => path).filter(path => floorOf(path) === 'capability').map(roomOf))
  t.ok(capabilities.size >= 5)
})

t.test('a package stands on its floor, and no other is used', async t => {
  for (const file of files) {
    for (const { of } of file.imports.filter(isPackage)) {
      const name = packageOf(of)
      t.ok(packages[name]?.includes(floorOf(file.path)), `${file.path} may import ${name}`)
    }
  }
})

t.test('schema, base and the domain reach nothing outside the process but through Postgres', async t => {
  for (const file of files.filter(({ path }) => !mayReach.includes(floorOf(path)))) {
    t.same(file.imports.filter(({ of }) => reaching.includes(of.replace(/^node:/, ''))), [], file.path)
    t.ok(floorOf(file.path) === 'sdk' || !calls(file, 'fetch'), `${file.path} calls no fetch`)
  }
  for (const file of files.filter(({ path }) => floorOf(path) === 'schema')) {
    t.same(file.imports.filter(({ of }) => of.startsWith('node:')), [], `${file.path} is shapes and words`)
  }
})

t.test('the SDK is made of nothing but itself', async t => {
  for (const file of files.filter(({ path }) => floorOf(path) === 'sdk')) {
    for (const { of } of file.imports) t.match(of, /^sdk\/src\//, file.path)
  }
})

t.test('the domain has no clock of its own', async t => {
  for (const file of files.filter(({ path }) => path.startsWith('src/domain/'))) {
    const clocks = [...nodesOf(file.syntax)].filter(node =>
      (ts.isPropertyAccessExpression(node) && ['Date.now', 'performance.now', 'process.hrtime'].includes(node.getText(file.syntax))) ||
      (ts.isNewExpression(node) && node.expression.getText(file.syntax) === 'Date' && (node.arguments?.length ?? 0) === 0))
    t.same(clocks.map(node => node.getText(file.syntax)), [], file.path)
  }
})

t.test('the environment is read in one place', async t => {
  const places = files.flatMap(file => [...nodesOf(file.syntax)]
    .filter(node => ts.isPropertyAccessExpression(node) && node.getText(file.syntax) === 'process.env')
    .map(node => `${file.path}: ${node.parent.getText(file.syntax)}`))
  t.same(places.sort(), ['src/cli/kahub.ts: kahubProgram(process.env, stopping.signal)', 'src/main.ts: readConfig(process.env)'])
})

t.test('the doors write no SQL', async t => {
  for (const file of files.filter(({ path }) => ['api', 'workers', 'cli', 'compose', 'door'].includes(floorOf(path)))) {
    for (const node of nodesOf(file.syntax)) {
      if (ts.isTaggedTemplateExpression(node)) t.fail(`${file.path} has a tagged template: ${node.tag.getText(file.syntax)}`)
      if (ts.isPropertyAccessExpression(node) && node.name.text === 'unsafe') t.fail(`${file.path} reaches for unsafe SQL`)
    }
  }
})

t.test('nothing at module level holds state', async t => {
  for (const file of files.filter(({ path }) => !mains.includes(path))) {
    for (const statement of file.syntax.statements.filter(ts.isVariableStatement)) {
      t.ok(statement.declarationList.flags & ts.NodeFlags.Const, `${file.path}: ${firstLine(statement, file)} is const`)
      for (const { initializer } of statement.declarationList.declarations) {
        const holds = initializer && ts.isNewExpression(initializer) && !isValue(initializer, file)
        t.notOk(holds, `${file.path}: ${firstLine(statement, file)} is a value`)
      }
    }
  }
})

t.test('no file needs itself to be loaded', async t => {
  const needs = ({ imports }: File) => imports.filter(other => isOurs(other) && !other.typesOnly).map(({ of }) => of)
  const graph = new Map(files.map(file => [file.path, needs(file)]))
  const done = new Set<string>()
  const visit = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) return void t.fail([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...way, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  t.equal(done.size, files.length)
})

t.test('nobody imports what is started', async t => {
  for (const { path, imports } of files) t.same(imports.filter(({ of }) => mains.includes(of)), [], path)
})

function readFile (path: string): File {
  const syntax = ts.createSourceFile(path, readFileSync(root + path, 'utf8'), ts.ScriptTarget.Latest, true)
  const imports = [...nodesOf(syntax)].flatMap((node): Import[] => {
    if (ts.isImportDeclaration(node)) return [importOf(path, node.moduleSpecifier, isTypesOnly(node))]
    if (ts.isExportDeclaration(node) && node.moduleSpecifier) return [importOf(path, node.moduleSpecifier, node.isTypeOnly)]
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      return [importOf(path, node.arguments[0]!, false)]
    }
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return [importOf(path, node.argument.literal, true)]
    return []
  })
  return { path, syntax, imports }
}

function isTypesOnly ({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true
  const { name, namedBindings } = importClause
  return name === undefined && namedBindings !== undefined && ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every(element => element.isTypeOnly)
}

function importOf (path: string, specifier: ts.Node, typesOnly: boolean): Import {
  const text = ts.isStringLiteralLike(specifier) ? specifier.text : specifier.getText()
  return { of: text.startsWith('.') ? relative(root, join(root, dirname(path), text)) : text, typesOnly }
}

function * nodesOf (node: ts.Node): Generator<ts.Node> {
  yield node
  for (const child of node.getChildren()) yield * nodesOf(child)
}

function calls (file: File, name: string): boolean {
  return [...nodesOf(file.syntax)].some(node =>
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === name)
}

function isOurs ({ of }: Import): boolean {
  return /^(schema|src|sdk)\//.test(of)
}

function isPackage (found: Import): boolean {
  return !isOurs(found) && !found.of.startsWith('node:')
}

function packageOf (specifier: string): string {
  return specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/')
}

function floorOf (path: string): string {
  if (path.startsWith('schema/')) return 'schema'
  if (path.startsWith('sdk/')) return 'sdk'
  const [, folder, room, file] = path.split('/')
  if (folder === 'compose.ts') return 'compose'
  if (room === undefined) return 'door'
  if (folder !== 'domain') return folder!
  if (file === undefined) return 'world'
  if (buying.includes(room!)) return 'buying'
  if (room === 'sandbox') return 'sandbox'
  return ground.includes(room!) ? 'ground' : room === 'orders' ? 'orders' : 'capability'
}

/** The folder of the domain that a file lies in, at whatever depth, or its floor. */
function roomOf (path: string): string {
  const [src, folder, room, ...rest] = path.split('/')
  if (folder !== 'domain') return floorOf(path)
  return rest.length === 0 ? `${src}/${folder}` : `${src}/${folder}/${room}`
}

function sameRoom (path: string, other: string): boolean {
  return roomOf(path) === roomOf(other)
}

/** Whether what is constructed is a value: a list of constants, a pattern, a codec; not an empty place to put something. */
function isValue (node: ts.NewExpression, file: File): boolean {
  const name = node.expression.getText(file.syntax)
  const given = node.arguments?.length ?? 0
  return (['Set', 'Map'].includes(name) && given > 0) || ['RegExp', 'URL', 'TextDecoder', 'TextEncoder', 'Uint8Array'].includes(name)
}

function firstLine (node: ts.Node, file: File): string {
  return node.getText(file.syntax).split('\n', 1)[0]!
}
