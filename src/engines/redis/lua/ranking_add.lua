-- Adds to a board, once for each event. A trending board has a second key, "landmark newest": its scores are as of the step
-- `landmark`, a view of step s counting 2^(s - landmark); `newest` is the step of its newest views. So time passes for all
-- members when `newest` grows, and none of them is touched. Powers of two: every score is exact, in whichever order it came to be.
-- KEYS: the event's mark, the board, and on a trending board its steps.
-- ARGV: the mark's life in seconds, the step of these counts, how many steps back counts; then pairs of member and count.
if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) then
    return redis.status_reply('OK')
end
local board, steps = KEYS[2], KEYS[3]
local factor = 1

-- %.17g: what Lua and Redis make of a number by themselves loses digits
local function text(number)
    return string.format('%.17g', number)
end

if steps then
    local step, oldest = tonumber(ARGV[2]), tonumber(ARGV[3])
    local landmark, newest = string.match(redis.call('GET', steps) or '', '^(%d+) (%d+)$')
    landmark, newest = tonumber(landmark) or step, tonumber(newest)
    if not newest or step > newest then
        newest = step
        -- members without any view that still counts
        local dust = text(2 ^ (newest - landmark - oldest))
        redis.call('ZREMRANGEBYSCORE', board, '(-' .. dust, '(' .. dust)
        if newest - landmark > 200 then
            -- a double ends at 2^1023: the scores are moved to a new landmark, which is exact too
            redis.call('ZUNIONSTORE', board, 1, board, 'WEIGHTS', text(2 ^ (landmark - newest)))
            landmark = newest
        end
        redis.call('SET', steps, string.format('%.0f %.0f', landmark, newest))
    end
    if newest - step > oldest then
        return redis.status_reply('OK')
    end
    factor = 2 ^ (step - landmark)
end
for i = 4, #ARGV, 2 do
    local score = redis.call('ZINCRBY', board, text(ARGV[i + 1] * factor), ARGV[i])
    if tonumber(score) == 0 then
        redis.call('ZREM', board, ARGV[i])
    end
end
return redis.status_reply('OK')
