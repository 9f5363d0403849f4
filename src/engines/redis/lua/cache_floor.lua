-- Forgets values and raises their floors; a floor never goes down and never ends sooner.
-- KEYS: pairs of value and floor. ARGV: the floors' life in milliseconds, then for each pair the floor, 20 digits.
for i = 1, #KEYS / 2 do
    local floor, least, life = KEYS[2 * i], ARGV[i + 1], tonumber(ARGV[1])
    redis.call('UNLINK', KEYS[2 * i - 1])
    if life > 0 then
        local kept = redis.call('GET', floor)
        if kept then
            life = math.max(life, redis.call('PTTL', floor))
            if kept > least then
                least = kept
            end
        end
        redis.call('SET', floor, least, 'PX', string.format('%.0f', life))
    end
end
return redis.status_reply('OK')
