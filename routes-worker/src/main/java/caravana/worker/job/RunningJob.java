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
    private boolean downloaded = true;
    private long partBytesRead;
    private long partBytesWritten;
    private volatile String phase;
    private long phaseStarted;
    private volatile double plannedSeconds;
    private volatile double secondsBefore;
    private String publishedPhase;
    private long publishedAt;

    /** @param helping whether this worker encodes parts of another worker's job */
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

    /** Returns the receipt handle of the message of this job. */
    public String getReceiptHandle() {
        return receiptHandle;
    }

    /** Returns this claim's folder for files, which is removed when the job ends. */
    public Path getFolder() {
        return folder;
    }

    public File getOriginal() {
        return folder.resolve("original").toFile();
    }

    /** Returns the file of the main video. */
    public File getResult() {
        return folder.resolve("video.mp4").toFile();
    }

    /** Returns whether this worker encodes parts of another worker's job. Progress and result belong to that worker. */
    boolean isHelping() {
        return helping;
    }

    /** Returns the handle to the tool of the job. There is one even while no tool runs. */
    public ToolControl getTool() {
        return tool;
    }

    /**
     * Adds the duration of a phase that ended before this job object existed.
     *
     * @param millis duration in milliseconds
     */
    synchronized void spent(String phaseBefore, long millis) {
        phaseMillis.put(phaseBefore, millis);
    }

    /** Begins a phase, and ends the previous one. */
    public synchronized void enter(String nextPhase) {
        long now = System.nanoTime();
        if (phase != null) {
            phaseMillis.merge(phase, TimeUnit.NANOSECONDS.toMillis(now - phaseStarted), Long::sum);
        }
        phase = nextPhase;
        phaseStarted = now;
    }

    /**
     * Returns whether the progress must be published now: at once when the phase is new, and every half second
     * otherwise. After true, the caller must publish it.
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

    /** Returns the current phase; null before the first. */
    public String getPhase() {
        return phase;
    }

    /** Returns the milliseconds of each phase so far, including the current one, in the order of the phases. */
    public synchronized Map<String, Long> getPhaseMillis() {
        Map<String, Long> all = new LinkedHashMap<>(phaseMillis);
        if (phase != null) {
            all.merge(phase, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - phaseStarted), Long::sum);
        }
        return all;
    }

    /** Adds the resources that a tool has used for this job. */
    public synchronized void used(String toolName, ToolMeter.Use use) {
        cpuMillis.merge(toolName, use.cpuMillis(), Long::sum);
        peakToolMemory = Math.max(peakToolMemory, use.peakMemory());
    }

    /** Adds bytes that were downloaded for this job in addition to its original. */
    public synchronized void read(long bytes) {
        partBytesRead += bytes;
    }

    /** Notes that the original need not be downloaded. */
    synchronized void foundOriginal() {
        downloaded = false;
    }

    /** Adds bytes that were stored for this job before its results. */
    public synchronized void wrote(long bytes) {
        partBytesWritten += bytes;
    }

    /** Returns the cost of the job so far. */
    public synchronized JobReceipt getReceipt() {
        Map<String, Long> cpu = new LinkedHashMap<>(cpuMillis);
        cpu.put("jvm", TimeUnit.NANOSECONDS.toMillis(shares.of(claimToken)));
        long originalBytes = downloaded ? getOriginal().length() : 0;
        return new JobReceipt(cpu, peakToolMemory, originalBytes + partBytesRead, partBytesWritten, getPhaseMillis());
    }

    /** Sets the expected length of the result in seconds, for the progress in percent. */
    public void setPlannedSeconds(double plannedSeconds) {
        this.plannedSeconds = plannedSeconds;
    }

    /** Sets the seconds of the result that earlier runs have made. The progress of the tool is added to them. */
    public void setSecondsBefore(double secondsBefore) {
        this.secondsBefore = secondsBefore;
        tool.progress(null);
    }

    /** Returns the progress of the transcoding, 0 to 100; -1 while it is unknown. */
    public double getPercent() {
        ToolProgress progress = tool.progress();
        if (progress == null && secondsBefore == 0 || plannedSeconds <= 0) {
            return -1;
        }
        double now = progress == null ? 0 : progress.outTimeSeconds();
        return Math.min(100.0, 100.0 * (secondsBefore + now) / plannedSeconds);
    }

    /** Returns the seconds until the transcoding ends at its current speed; -1 while they are unknown. */
    public double getEtaSeconds() {
        ToolProgress progress = tool.progress();
        if (progress == null || plannedSeconds <= 0 || progress.speed() <= 0) {
            return -1;
        }
        return Math.max(0.0, (plannedSeconds - secondsBefore - progress.outTimeSeconds()) / progress.speed());
    }
}
