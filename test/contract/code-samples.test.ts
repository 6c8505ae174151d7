// The examples in the contract: one of each kind for every operation of the SDK; what they send fits its schema, and they compile.
import t from 'tap'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { appForPrinting } from '../../src/compose.ts'

const execute = promisify(execFile)
const root = fileURLToPath(new URL('../../', import.meta.url))

interface Sampled {
  readonly operationId: string
  readonly 'x-sdk'?: { readonly resource: string } | false
  readonly 'x-codeSamples'?: readonly { readonly lang: string, readonly source: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: object }>> }
}

const app = await appForPrinting()
await app.ready()
const contract = JSON.parse(JSON.stringify(app.swagger())) as { paths: Record<string, Record<string, Sampled>>, components: { schemas: object } }
await app.close()
const operations = Object.values(contract.paths).flatMap(methods => Object.values(methods)).filter(operation => operation['x-sdk'])

t.test('every operation of the SDK has an example for curl and for TypeScript', async t => {
  t.ok(operations.length > 80)
  for (const { operationId, 'x-codeSamples': samples = [] } of operations) t.same(samples.map(({ lang }) => lang), ['shell', 'typescript'], operationId)
})

t.test('what the examples send fits its schema', async t => {
  const ajv = (addFormats as unknown as (ajv: Ajv2020) => Ajv2020)(new Ajv2020({ strict: false, allErrors: true }))
  for (const { operationId, 'x-codeSamples': samples = [], requestBody } of operations) {
    const schema = requestBody?.content['application/json']?.schema
    const sent = /--data '(.*)' \| sh$/.exec(samples[0]!.source)?.[1]
    if (!schema || sent === undefined) continue
    const fits = ajv.compile({ ...schema, components: contract.components })
    t.ok(fits(JSON.parse(sent)), `${operationId}: ${sent}`, { errors: fits.errors })
  }
})

t.test('the examples compile against the SDK', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'kahub-samples-'))
  t.teardown(() => rm(folder, { recursive: true }))
  for (const { operationId, 'x-codeSamples': samples } of operations) {
    await writeFile(join(folder, `${operationId}.ts`), `declare const credentials: { url: string, keyId: string, secret: string }\n${samples![1]!.source}\n`)
  }
  const options = {
    noEmit: true,
    strict: true,
    module: 'nodenext',
    target: 'es2023',
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
    moduleDetection: 'force',
    paths: { '@kahub/sdk': [join(root, 'sdk/src/index.ts')], '@kahub/sdk/admin': [join(root, 'sdk/src/admin.ts')] }
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  const { stdout } = await execute(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], { timeout: 120_000 }).catch((error: { stdout: string }) => error)
  t.equal(stdout, '')
})
