'use strict'
// How this project's TypeScript is run: on which Node, with which flags. Written for any Node.
const { existsSync, mkdirSync, accessSync, constants } = require('node:fs')
const { join } = require('node:path')

const root = join(__dirname, '..')

/**
 * Young objects live in a small space: it is swept more often, which costs little here, and the process stays smaller by tens
 * of megabytes.
 */
const flags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']

/** The Node that runs TypeScript: this one, or the Node 24 that npm put in node_modules; undefined when there is none. */
function findNode () {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  const own = join(root, 'node_modules', '.bin', 'node')
  return existsSync(own) ? own : undefined
}

/** The environment with a place for compiled code, so that the next start is quicker; without one where it cannot be written. */
function withCompileCache (environment) {
  if (environment.NODE_COMPILE_CACHE !== undefined || environment.NODE_DISABLE_COMPILE_CACHE !== undefined) return environment
  const folder = join(root, 'node_modules', '.cache', 'kahub')
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK)
    return { ...environment, NODE_COMPILE_CACHE: folder }
  } catch {
    return environment
  }
}

module.exports = { root, flags, findNode, withCompileCache }
