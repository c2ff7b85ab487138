-- One request, repeated. BENCH_METHOD, BENCH_PATH, BENCH_BODY, BENCH_AUTHORIZATION say which.
-- Ends with one line of JSON. `bad` counts answers that were not the wanted ones: with BENCH_STRICT every answer is read
-- and must be 2xx; without it wrk itself counts 400 and above, which costs the load generator nothing.

local threads = {}
bad_answers = 0

function setup(thread)
  table.insert(threads, thread)
end

wrk.method = os.getenv("BENCH_METHOD") or "GET"
wrk.path = os.getenv("BENCH_PATH")
local body = os.getenv("BENCH_BODY")
if body and body ~= "" then
  wrk.body = body
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
end
local authorization = os.getenv("BENCH_AUTHORIZATION")
if authorization and authorization ~= "" then
  wrk.headers["Authorization"] = authorization
end

if os.getenv("BENCH_STRICT") == "1" then
  function response(status, headers, body)
    if status < 200 or status > 299 then
      bad_answers = bad_answers + 1
      if bad_answers == 1 then
        io.stderr:write("answer " .. status .. ": " .. string.sub(body, 1, 300) .. "\n")
      end
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local bad = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  for _, thread in ipairs(threads) do
    bad = math.max(bad, thread:get("bad_answers") or 0)
  end
  io.write(string.format('\n{"rate":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"requests":%d,"bad":%d}\n',
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.requests, bad))
end
