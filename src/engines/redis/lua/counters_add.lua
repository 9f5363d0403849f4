-- Adds to counters, once for each batch.
-- KEYS: the batch's mark, then the counters. ARGV: the mark's life in seconds, then what is added to each counter.
if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) then
    return redis.status_reply('OK')
end
local wrong
for i = 2, #KEYS do
    local added = redis.pcall('INCRBY', KEYS[i], ARGV[i])
    if type(added) == 'table' and added.err then
        if string.find(added.err, 'overflow', 1, true) then
            -- a count stays at the end of its range
            local negative = string.sub(ARGV[i], 1, 1) == '-'
            redis.call('SET', KEYS[i], negative and '-9223372036854775808' or '9223372036854775807')
        else
            -- one that holds something else keeps none of the others from being counted
            wrong = added
        end
    end
end
return wrong or redis.status_reply('OK')
