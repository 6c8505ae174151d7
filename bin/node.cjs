#!/usr/bin/env node
'use strict'
// Runs a TypeScript file of this project: `node bin/node.cjs src/main.ts start`. Written for any Node, so that an old one
// hands over to the Node 24 that npm put in node_modules, or says a plain sentence instead of a syntax error.
const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const { join } = require('node:path')
const { root, flags, findNode, withCompileCache } = require('./runtime.cjs')

const node = findNode()
if (node === undefined) {
  console.error(`kahub needs Node 22.19 or newer; this is ${process.version}. Run "npm ci" here (it brings Node 24 on Linux), or install a newer Node.`)
  process.exit(1)
}
const [file, ...rest] = process.argv.slice(2)
const child = spawn(node, [...flags, join(root, file), ...rest], { stdio: 'inherit', env: withCompileCache(process.env) })
// A terminal sends Ctrl-C, and its own end, to the whole group: a second one would end the child in haste. SIGTERM, and what comes
// without a terminal, reaches this process alone and is passed on.
const sentByTerminal = signal => signal !== 'SIGTERM' && process.stdin.isTTY
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (!sentByTerminal(signal)) child.kill(signal) })
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
