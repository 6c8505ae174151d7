-- Requests that were signed beforehand, from a file where a zero byte ends each of them; sent once, in their order.
-- The last line of the output is what bench/other-generators.ts reads.
local requests = {}
local sent = 0

function init (args)
  local file = assert(io.open(args[1], 'rb'))
  for request in file:read('*a'):gmatch('%Z+') do requests[#requests + 1] = request end
  file:close()
end

function request ()
  sent = sent + 1
  -- When they are used up the last is sent again, which is refused: the run then counts as failed.
  return requests[math.min(sent, #requests)]
end

function done (summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\n{"answers":%d,"microseconds":%d,"refused":%d,"broken":%d,"p50Ms":%f,"p99Ms":%f}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
