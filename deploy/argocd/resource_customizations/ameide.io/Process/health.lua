-- Health of an ameide.io Process by the conditions that its sidecar writes; kstatus reads Reconciling, Stalled and observedGeneration alike.
-- Progressing is only what passes by itself. What is merely not Ready is Degraded, because a sync waits for Progressing.
local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    conditions[condition.type] = condition
  end
end

local function words(condition)
  local text = condition.reason or condition.type
  if condition.message ~= nil and condition.message ~= "" then
    text = text .. ": " .. condition.message
  end
  return text
end

local function is_true(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end

if conditions.Ready == nil then
  return { status = "Progressing", message = "waiting for the sidecar to look at this Process" }
end
if obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "waiting for the sidecar to look at the latest spec" }
end
if is_true("Stalled") then
  return { status = "Degraded", message = words(conditions.Stalled) }
end
if is_true("Draining") then
  return { status = "Healthy", message = "draining, " .. words(conditions.Draining) }
end
if is_true("Drained") then
  return { status = "Healthy", message = "drained, " .. words(conditions.Drained) }
end
if is_true("Reconciling") then
  return { status = "Progressing", message = words(conditions.Reconciling) }
end
if conditions.Ready.status == "True" and is_true("Degraded") then
  return { status = "Degraded", message = words(conditions.Degraded) }
end
if conditions.Ready.status == "True" then
  return { status = "Healthy", message = words(conditions.Ready) }
end
return { status = "Degraded", message = words(conditions.Ready) }
