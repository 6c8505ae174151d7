// Writes sdk/src/generated from openapi.yaml; a test fails when they differ.
//   node sdk/generate/generate.ts
//   node sdk/generate/generate.ts test/contract/fixtures/sdk-contract.yaml test/sdk/generated ../../../sdk/src
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { readOperations, type OpenapiDocument } from './contract.ts'
import { printClient } from './print-client.ts'
import { printTypes } from './print-types.ts'

/** The generated files by name. */
export type GeneratedFiles = Readonly<Record<'types.ts' | 'client.ts' | 'admin.ts' | 'version.ts', string>>

/** The files generated from a contract in YAML; `runtime` is where sdk/src lies from them. */
export function generate (contract: string, { runtime }: { readonly runtime: string }): GeneratedFiles {
  const document = parse(contract, { merge: true, maxAliasCount: -1 }) as OpenapiDocument
  const operations = readOperations(document)
  const { text, typesOf } = printTypes(document, operations)
  const client = { className: 'Kahub', description: 'The wholesale API, as a reseller uses it.', runtime }
  const admin = { className: 'KahubAdmin', description: 'The operator API: setting up what resellers buy.', runtime }
  const of = (entry: 'client' | 'admin') => operations.filter(operation => operation.entry === entry)
  const { version } = document.info
  const told = /^\d{4}-\d\d-\d\d$/.test(version) ? `'${version}'` : 'undefined'
  return {
    'types.ts': head + (/\bSecret\b/.test(text) ? `import type { Secret } from '${runtime}/secret.ts'\n\n` : '') + text,
    'version.ts': `${head}/** Kahub-Version: the answers are those that the types were made for. */\nexport const contractVersion = ${told}\n`,
    'client.ts': head + printClient(client, of('client'), typesOf),
    'admin.ts': head + printClient(admin, of('admin'), typesOf)
  }
}

const head = '// Generated from openapi.yaml by sdk/generate/generate.ts: change the contract and generate again, not this file.\n'

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const [contract = `${root}openapi.yaml`, folder = `${root}sdk/src/generated`, runtime = '..'] = process.argv.slice(2)
  for (const [name, text] of Object.entries(generate(readFileSync(contract, 'utf8'), { runtime }))) writeFileSync(join(folder, name), text)
}
