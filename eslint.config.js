import neostandard from 'neostandard'

export default [
  ...neostandard({ ts: true, ignores: ['node_modules', '.kahub', '.tap', 'sdk/src/generated', 'sdk/dist'] }),
  { rules: { 'no-void': 'off' } }
]
