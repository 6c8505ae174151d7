// Builds dist: dist/esm and dist/cjs, each with its types and maps. What is shipped is what tsc writes, readable and unbundled.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc')

for (const [form, type] of [['esm', 'module'], ['cjs', 'commonjs']]) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', `tsconfig.${form}.json`], { cwd: folder, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
  // Without a marker of its own the nearest package.json would say what these files are.
  writeFileSync(`${folder}dist/${form}/package.json`, `${JSON.stringify({ type, sideEffects: false })}\n`)
}
