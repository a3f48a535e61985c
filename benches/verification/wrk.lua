-- What wrk sends: the same bytes each time, with another key in them.
--
-- Arguments: a file with the texts of all keys, one behind the other; how long each is; the request, with `{key}` where a key
-- goes; `all` or `zipf`; and a number that the order of the keys follows from.

local threads = 0

-- wrk's threads know nothing of each other, and begin with the same random numbers unless they are told not to.
function setup(thread)
    threads = threads + 1
    thread:set("number", threads)
end

local texts, length, count, head, tail, zipf

function init(args)
    local file = assert(io.open(args[1], "rb"))
    texts = file:read("*a")
    file:close()
    length = tonumber(args[2])
    count = #texts / length
    local first, last = args[3]:find("{key}", 1, true)
    head, tail = args[3]:sub(1, first - 1), args[3]:sub(last + 1)
    zipf = args[4] == "zipf"
    math.randomseed(tonumber(args[5]) * 1000 + number)
end

-- As the benchmark's own load: all alike, or the inverse of Zipf's distribution with exponent 1, taken as continuous.
local function pick()
    if zipf then
        return math.min(math.floor(math.exp(math.random() * math.log(count + 1))) - 1, count - 1)
    end
    return math.random(0, count - 1)
end

function request()
    local start = pick() * length
    return head .. texts:sub(start + 1, start + length) .. tail
end

function done(summary, latency)
    local errors = summary.errors
    local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
    print(string.format(
        "measured %d %d %d %d %d",
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed
    ))
end
