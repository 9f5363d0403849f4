-- Gives something back to a bucket, then takes a cost out of it (GCRA). The bucket's key holds when it is full: microseconds since 1970
-- and parts of one, each a burst-th. It ends when the bucket is full. All numbers are whole and below 2^53, so doubles hold them exactly.
-- KEYS: the bucket. ARGV: period in microseconds, burst, how long the cost takes to fill in: microseconds, parts; the same of what is given.
-- Answer: 1 if the cost was taken, and how long it takes until the bucket is full: microseconds, parts.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local period, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local micros, parts = 0, 0
local kept = redis.call('GET', KEYS[1])
if kept then
    local full, rest = string.match(kept, '^(%d+) (%d+)$')
    if not full then
        return redis.error_reply('WRONGTYPE a bucket holds something else')
    end
    micros, parts = full - now, tonumber(rest)
    if micros < 0 then
        micros, parts = 0, 0
    elseif micros >= period then
        -- the clock was set back, or the period was longer before
        micros, parts = period, 0
    elseif parts >= burst then
        parts = 0
    end
end
local given, rest = micros - ARGV[5], parts - ARGV[6]
if rest < 0 then
    given, rest = given - 1, rest + burst
end
if given < 0 then
    given, rest = 0, 0
end
local allowed, after, left = 1, given + ARGV[3], rest + ARGV[4]
if left >= burst then
    after, left = after + 1, left - burst
end
if after > period or (after == period and left > 0) then
    allowed, after, left = 0, given, rest
end
if after == micros and left == parts then
    return { allowed, after, left }
end
if after == 0 and left == 0 then
    redis.call('DEL', KEYS[1])
else
    -- a millisecond more: the server's expiry is that coarse
    local life = math.ceil(after / 1000) + 1
    redis.call('SET', KEYS[1], string.format('%.0f %.0f', now + after, left), 'PX', string.format('%.0f', life))
end
return { allowed, after, left }
