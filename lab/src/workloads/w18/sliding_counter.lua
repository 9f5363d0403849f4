-- Counts of this window and of the last one. The last one counts by the share of it that lies within a period from now, as if it had been even.
-- KEYS: the counts. ARGV: the limit, the period in microseconds. Answer: 1 if it may happen.
local time = redis.call('TIME')
local now, period = time[1] * 1000000 + time[2], tonumber(ARGV[2])
local window = math.floor(now / period)
local kept = redis.call('HMGET', KEYS[1], 'window', 'count', 'before')
local at, count, before = tonumber(kept[1]) or window, tonumber(kept[2]) or 0, tonumber(kept[3]) or 0
if at ~= window then
    before = at == window - 1 and count or 0
    count = 0
end
if before * (1 - (now % period) / period) + count + 1 > tonumber(ARGV[1]) then
    return 0
end
redis.call('HSET', KEYS[1], 'window', window, 'count', count + 1, 'before', before)
redis.call('PEXPIRE', KEYS[1], math.ceil(period / 500))
return 1
