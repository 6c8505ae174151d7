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
  console.error(`kahub needs Node 22.18 or newer; this is ${process.version}. Run "npm ci" here (it brings Node 24 on Linux), or install a newer Node.`)
  process.exit(1)
}
const [file, ...rest] = process.argv.slice(2)
const child = spawn(node, [...flags, join(root, file), ...rest], { stdio: 'inherit', env: withCompileCache(process.env) })
// The terminal sends Ctrl-C to the whole group; a signal sent to this process alone is passed on.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => { if (!process.stdin.isTTY) child.kill(signal) })
child.on('exit', (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code))
