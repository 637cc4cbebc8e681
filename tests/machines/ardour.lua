-- A real DAW without a window: runs in ardour7-lua, makes a session on a JACK server, then does what
-- it is told, one line of Lua a line of its input. Answers each with "@@ok VALUE" or "@@error WHY".
-- Arguments: the session's folder, which must not exist yet, its name, and Ardour's name on JACK.
io.stdout:setvbuf ("line")
local folder, name, client = arg[1], arg[2], arg[3]
local backend = AudioEngine:set_backend ("JACK", client, "")
assert (not backend:isnil (), "Ardour has no JACK backend")
sleep (0.3) -- for its ports to be seen

local UI = ARDOUR.TransportRequestSource.TRS_UI
local function one_midi () return ARDOUR.ChanCount (ARDOUR.DataType ("midi"), 1) end
local function track (title) return Session:route_by_name (title):to_track () end

daw = {}

-- A track that records what one MIDI port says; gives the port of Ardour that it listens at.
function daw.record_from (title, source)
	Session:new_midi_track (one_midi (), one_midi (), true, ARDOUR.PluginInfo (), nil, nil, 1,
		title, ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false, false)
	local input = track (title):input ()
	input:connect (input:nth (0), source, nil)
	track (title):rec_enable_control ():set_value (1, PBD.GroupControlDisposition.NoGroup)
	return input:nth (0):name ()
end

-- What a track recorded from a sample of the song on: where that begins, and its file; or nothing.
function daw.recorded (title, least)
	for region in track (title):playlist ():region_list ():iter () do
		local begins = region:position ():samples ()
		if begins >= least then
			return string.format ("%d\t%s", begins, region:source (0):to_filesource ():path ())
		end
	end
	return ""
end

function daw.send_clock () ARDOUR.config ():set_send_midi_clock (true) end

function daw.tempo (bpm)
	local map = Temporal.TempoMap.write_copy ()
	map:set_tempo (Temporal.Tempo (bpm, bpm, 4), Temporal.timepos_t (0))
	Temporal.TempoMap.update (map)
end

function daw.arm () Session:maybe_enable_record () end
function daw.roll () Session:request_roll (UI) end
function daw.stop () Session:request_stop (false, false, UI) end
function daw.locate (sample)
	Session:request_locate (sample, false, ARDOUR.LocateTransportDisposition.MustStop, UI)
end
function daw.state ()
	return string.format ("%s %s %d", tostring (Session:transport_rolling ()),
		tostring (Session:actively_recording ()), Session:transport_sample ())
end
function daw.save () return Session:save_state ("", false, false, false, false, false) end

Session = create_session (folder, name, 48000)
assert (Session, "no session was made")
print ("@@ok ready")
for line in io.stdin:lines () do
	local chunk, why = load ("return " .. line)
	local ok, value = false, why
	if chunk then ok, value = pcall (chunk) end
	print ((ok and "@@ok " or "@@error ") .. tostring (value):gsub ("\n", " "))
end
Session = nil
collectgarbage ()
close_session ()
quit ()
