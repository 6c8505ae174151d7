#!/usr/bin/env node
'use strict'
// Runs a TypeScript file of this project: `node bin/node.cjs src/main.ts start`. Written for any Node, so that an old one
// hands over to the Node 24 that npm put in node_modules, or says a plain sentence instead of a syntax error.
const { spawn } = require('node:child_process')
const { existsSync } = require('node:fs')
const { constants } = require('node:os')
const { join } = require('node:path')

const root = join(__dirname, '..')
const [major, minor] = process.versions.node.split('.').map(Number)
const runsTypeScript = major > 22 || (major === 22 && minor >= 18)
const own = join(root, 'node_modules', '.bin', 'node')

if (!runsTypeScript && !existsSync(own)) {
  console.error(`kahub needs Node 22.18 or newer; this is ${process.version}. Run "npm ci" here (it brings Node 24 on Linux), or install a newer Node.`)
  process.exit(1)
}
const [file, ...rest] = process.argv.slice(2)
const child = spawn(runsTypeScript ? process.execPath : own, ['--disable-warning=ExperimentalWarning', join(root, file), ...rest], { stdio: 'inherit' })
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (!process.stdin.isTTY) child.kill(signal) })
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
