package caravana.worker.job;

import caravana.worker.tool.ToolControl;
import caravana.worker.tool.ToolMeter;
import caravana.worker.tool.ToolProgress;
import java.io.File;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A claimed job of this worker: its ids, its folder, its progress, and the handle that stops it. */
public final class RunningJob {

    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final String videoId;
    private final String claimToken;
    private final String receiptHandle;
    private final Path folder;
    private final ToolControl tool = new ToolControl();
    private final JvmShares shares;
    private final boolean helping;

    private final Map<String, Long> phaseMillis = new LinkedHashMap<>();
    private final Map<String, Long> cpuMillis = new LinkedHashMap<>();
    private long peakToolMemory;
    private long partBytesRead;
    private long partBytesWritten;
    private volatile String phase;
    private long phaseStarted;
    private volatile double plannedSeconds;
    private volatile double secondsBefore;
    private String publishedPhase;
    private long publishedAt;

    /** @param helping whether it encodes parts of a job that another worker has */
    RunningJob(
            String videoId, String claimToken, String receiptHandle, Path folder, JvmShares shares, boolean helping) {
        this.videoId = videoId;
        this.claimToken = claimToken;
        this.receiptHandle = receiptHandle;
        this.folder = folder;
        this.shares = shares;
        this.helping = helping;
    }

    public String getVideoId() {
        return videoId;
    }

    public String getClaimToken() {
        return claimToken;
    }

    /** The handle of the message that brought this job. */
    public String getReceiptHandle() {
        return receiptHandle;
    }

    /** This claim's own folder for files; removed when the job ends. */
    public Path getFolder() {
        return folder;
    }

    public File getOriginal() {
        return folder.resolve("original").toFile();
    }

    /** The main video. */
    public File getResult() {
        return folder.resolve("video.mp4").toFile();
    }

    /** Whether it encodes parts of a job that another worker has: progress and result are that one's. */
    boolean isHelping() {
        return helping;
    }

    /** The handle on the tool that the job runs, if any. */
    public ToolControl getTool() {
        return tool;
    }

    /** Notes how many milliseconds a phase took that was over before this began. */
    synchronized void spent(String phaseBefore, long millis) {
        phaseMillis.put(phaseBefore, millis);
    }

    /** Begins a phase and ends the one before. */
    public synchronized void enter(String nextPhase) {
        long now = System.nanoTime();
        if (phase != null) {
            phaseMillis.merge(phase, TimeUnit.NANOSECONDS.toMillis(now - phaseStarted), Long::sum);
        }
        phase = nextPhase;
        phaseStarted = now;
    }

    /**
     * Whether its progress is to be published now: at once when its phase is new, and every half a second otherwise. Told
     * so, the caller publishes it.
     */
    public synchronized boolean isProgressDue() {
        long now = System.nanoTime();
        if (helping || phase == null || phase.equals(publishedPhase) && now - publishedAt < PROGRESS_NANOS) {
            return false;
        }
        publishedPhase = phase;
        publishedAt = now;
        return true;
    }

    /** The phase that the job is in; null before the first. */
    public String getPhase() {
        return phase;
    }

    /** Milliseconds per phase so far, the running one included, in the order in which they began. */
    public synchronized Map<String, Long> getPhaseMillis() {
        Map<String, Long> all = new LinkedHashMap<>(phaseMillis);
        if (phase != null) {
            all.merge(phase, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - phaseStarted), Long::sum);
        }
        return all;
    }

    /** Adds what a tool has used for this job. */
    public synchronized void used(String toolName, ToolMeter.Use use) {
        cpuMillis.merge(toolName, use.cpuMillis(), Long::sum);
        peakToolMemory = Math.max(peakToolMemory, use.peakMemory());
    }

    /** Adds what was fetched for this job beside its original. */
    public synchronized void read(long bytes) {
        partBytesRead += bytes;
    }

    /** Adds what was stored for this job before its results. */
    public synchronized void wrote(long bytes) {
        partBytesWritten += bytes;
    }

    /** What the job has cost so far. */
    public synchronized JobReceipt getReceipt() {
        Map<String, Long> cpu = new LinkedHashMap<>(cpuMillis);
        cpu.put("jvm", TimeUnit.NANOSECONDS.toMillis(shares.of(claimToken)));
        return new JobReceipt(
                cpu, peakToolMemory, getOriginal().length() + partBytesRead, partBytesWritten, getPhaseMillis());
    }

    /** Sets how long the result will be, in seconds, so that progress can be reported in percent. */
    public void setPlannedSeconds(double plannedSeconds) {
        this.plannedSeconds = plannedSeconds;
    }

    /** Sets the seconds of the result that earlier runs have made, to which the progress of the tool is added. */
    public void setSecondsBefore(double secondsBefore) {
        this.secondsBefore = secondsBefore;
        tool.progress(null);
    }

    /** How far the transcoding is, 0 to 100; -1 while nothing is known. */
    public double getPercent() {
        ToolProgress progress = tool.progress();
        if (progress == null && secondsBefore == 0 || plannedSeconds <= 0) {
            return -1;
        }
        double now = progress == null ? 0 : progress.outTimeSeconds();
        return Math.min(100.0, 100.0 * (secondsBefore + now) / plannedSeconds);
    }

    /** Seconds until the transcoding ends at its present speed; -1 while nothing is known. */
    public double getEtaSeconds() {
        ToolProgress progress = tool.progress();
        if (progress == null || plannedSeconds <= 0 || progress.speed() <= 0) {
            return -1;
        }
        return Math.max(0.0, (plannedSeconds - secondsBefore - progress.outTimeSeconds()) / progress.speed());
    }
}
