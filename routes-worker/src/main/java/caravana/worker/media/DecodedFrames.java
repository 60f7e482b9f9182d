package caravana.worker.media;

import caravana.worker.exec.ToolCommand;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A run of ffmpeg that decodes an original without an encoder, and its result: until when there are frames. They have
 * the same times as in the transcoding. In a damaged file, the times of packets and of ffprobe may differ: ffmpeg moves
 * the clock of the picture by jumps in that of the sound, and ignores headers that change its unit.
 */
public final class DecodedFrames {

    /** Filters that write a line for each frame, with its time in microseconds. */
    static final String LISTED = "settb=1/1000000,metadata=mode=add:key=frame:value=1,metadata=mode=print:file=-";

    private static final Pattern FRAME = Pattern.compile("frame:\\d+ +pts:(-?\\d+) .*");
    private static final double MICROS = 1e6;

    private final List<Double> joins;
    private ToolCommand command;
    private double before = Double.NaN;
    private int recording;
    private double moved;
    private double last = Double.NEGATIVE_INFINITY;

    /** @param joins the seconds by which the clock is shifted at each place where it starts again */
    DecodedFrames(List<Double> joins) {
        this.joins = joins;
    }

    void setCommand(ToolCommand command) {
        this.command = command;
    }

    /** Returns the run. */
    public ToolCommand getCommand() {
        return command;
    }

    /** Processes one line that the filter {@code metadata} writes, such as {@code frame:3 pts:120000 pts_time:0.12}. */
    void add(String line) {
        Matcher frame = FRAME.matcher(line);
        if (!frame.matches()) {
            return;
        }
        double shown = Long.parseLong(frame.group(1)) / MICROS;
        if (shown < before - PacketTimes.JOIN && recording < joins.size()) {
            moved += joins.get(recording++);
        }
        before = shown;
        last = Math.max(last, shown + moved);
    }

    /** Returns when the last frame is shown, in seconds after ffmpeg's time 0; negative infinity when there is none. */
    double last() {
        return last;
    }
}
