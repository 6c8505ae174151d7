// Writes the collections beside it from openapi.yaml; a test fails when they differ: node examples/collections/generate.ts
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCollection } from './contract.ts'
import { printBruno } from './print-bruno.ts'
import { printPostman } from './print-postman.ts'

const here = fileURLToPath(new URL('./', import.meta.url))
const scriptOf = (name: string) => readFileSync(join(here, 'scripts', name), 'utf8').replace(/^\/\* .* \*\/\n/, '')

/** The files of both collections, by their names in this folder. */
export function generate (contract: string): Readonly<Record<string, string>> {
  const collection = readCollection(contract)
  const signing = scriptOf('sign-request.js')
  const bruno = printBruno(collection, `${signing}\n${scriptOf('bruno.js')}`)
  return {
    'kahub.postman_collection.json': printPostman(collection, `${signing}\n${scriptOf('postman.js')}`),
    ...Object.fromEntries(Object.entries(bruno).map(([name, text]) => [`bruno/${name}`, text]))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  // What the contract no longer has goes with it.
  rmSync(join(here, 'bruno'), { recursive: true, force: true })
  for (const [name, text] of Object.entries(generate(readFileSync(join(here, '../../openapi.yaml'), 'utf8')))) {
    mkdirSync(dirname(join(here, name)), { recursive: true })
    writeFileSync(join(here, name), text)
  }
}
