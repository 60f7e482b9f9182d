package caravana.worker.routes;

import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyDouble;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import caravana.aws.QueueProperties;
import caravana.checks.RouteFiles;
import caravana.job.FailureCodes;
import caravana.routes.ErrorsAsFailures;
import caravana.routes.OwnTries;
import caravana.routes.RouteVersion;
import caravana.test.StepCoverage;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.WorkerSettings;
import caravana.worker.exec.EncoderBuild;
import caravana.worker.intake.Intake;
import caravana.worker.intake.RouteDefects;
import caravana.worker.intake.StepTrail;
import caravana.worker.intake.SystemProbe;
import caravana.worker.job.ClaimedRow;
import caravana.worker.job.FirstFailure;
import caravana.worker.job.JobFailure;
import caravana.worker.job.JobLease;
import caravana.worker.job.JobLog;
import caravana.worker.job.OriginalCache;
import caravana.worker.job.WorkFolder;
import caravana.worker.media.FetchedAssets;
import caravana.worker.media.GrowingStreams;
import caravana.worker.media.Inspection;
import caravana.worker.media.JobAssets;
import caravana.worker.media.Loudness;
import caravana.worker.media.MadeFiles;
import caravana.worker.media.MediaInfo;
import caravana.worker.media.MediaProbe;
import caravana.worker.media.MediaReport;
import caravana.worker.media.MediaWarning;
import caravana.worker.media.OriginalDigest;
import caravana.worker.media.OutputCheck;
import caravana.worker.media.PartsPlanner;
import caravana.worker.media.ResultCheck;
import caravana.worker.media.SourceHeaders;
import caravana.worker.media.SourceInfo;
import caravana.worker.media.SourceTimeline;
import caravana.worker.media.TargetSize;
import caravana.worker.media.TranscodePlan;
import caravana.worker.media.TranscodePlanner;
import caravana.worker.media.VideoParts;
import caravana.worker.metrics.JobMetrics;
import caravana.worker.progress.ProgressPublisher;
import caravana.worker.settings.WorkerProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import javax.management.JMException;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.component.mock.MockComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Resource;
import org.apache.camel.spring.spi.ApplicationContextBeanRepository;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.concurrent.SynchronousExecutorService;
import org.mockito.ArgumentMatchers;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityRequest;

/**
 * The worker's routes as they are, with the worker's own beans, and nothing behind them: SQL, S3, SQS and the tools are
 * replaced by endpoints that note each call and answer as a test says. No server and no app is started for it.
 *
 * <p>Messages come from {@link #receive} instead of the queue. Timers do not run, and a failed step is tried again at once.
 */
final class JobRoutes implements AutoCloseable {

    static final String CLAIM = "statement:job/claim-job.sql";
    static final String FETCH = "aws2-s3:videos getObject";
    static final String TRANSCODE = "exec:ffmpeg";
    static final String STORE = "aws2-s3:videos";
    static final String RELEASE_CLAIM = "statement:failure/release-claim.sql";
    static final String COMMIT = "statement:job/commit-result.sql";
    static final String POSTPONE = "sqs:changeMessageVisibility";
    static final String SEND = "aws2-sqs:video-jobs";
    static final String ACKNOWLEDGE = "aws2-sqs:video-jobs deleteMessage";
    static final String DEAD_LETTER = "aws2-sqs:video-jobs-dlq";

    private static final Path ROUTES = Path.of("../src/main/resources/camel");
    static final String VIDEO = "0b8cb9f2-6b0c-4a6e-9e6b-1d1a9a1b2c3d";
    private static final String OWNER = UUID.randomUUID().toString();
    private static final List<String> REPLACED = List.of("statement", "aws2-s3", "aws2-sqs", "exec");

    /** A call of a system outside, with what the exchange held then. */
    record Call(String what, Object body, Map<String, Object> headers, Map<String, Object> properties) {}

    final MediaProbe probe = mock(MediaProbe.class);
    final ResultCheck check = mock(ResultCheck.class);
    final OutputCheck outputCheck = mock(OutputCheck.class);
    final SystemProbe systems = mock(SystemProbe.class);
    final TranscodePlanner planner = mock(TranscodePlanner.class);
    final PartsPlanner partsPlanner = mock(PartsPlanner.class);
    final List<Call> calls = new CopyOnWriteArrayList<>();
    private final Map<String, Processor> answers = new HashMap<>();
    private final AnnotationConfigApplicationContext beans = new AnnotationConfigApplicationContext();
    private final DefaultCamelContext camel;

    /** @param outputs runs steps that go on at the same time */
    private JobRoutes(Path workFolder, ExecutorService outputs) throws Exception {
        ConfigurableEnvironment settings = settings(workFolder);
        beans.setEnvironment(settings);
        WorkerProperties worker = WorkerSettings.in(workFolder, DataSize.ofMegabytes(1));
        MediaReport report = mock(MediaReport.class);
        JobAssets assets = mock(JobAssets.class);
        when(assets.begin(any())).thenReturn(mock(FetchedAssets.class));
        when(planner.beginLoudness(any(), any())).thenReturn(mock(Loudness.class));
        when(planner.beginSize(any(), any())).thenAnswer(job -> {
            TargetSize size = mock(TargetSize.class);
            when(size.isOpen()).thenReturn(true, false);
            return size;
        });
        when(partsPlanner.beginParts(anyDouble(), any(), any(), any(), any())).thenReturn(mock(VideoParts.class));
        when(planner.plan(any(), any(), any(), any(), any()))
                .thenReturn(new TranscodePlan(null, null, null, List.of(), List.of()));
        when(outputCheck.begin(any(), any(), any())).thenReturn(MadeFiles.of(workFolder, "video.mp4", "poster.jpg"));
        when(probe.readHeaders(any(), any())).thenReturn(mock(SourceHeaders.class));
        when(probe.readTimeline(any(), any(), any(), any(), any())).thenReturn(mock(SourceTimeline.class));
        when(report.info(any(), any(), any(), any(), any())).thenReturn(new MediaInfo.Both(null, null));
        when(report.warnings(any(), any(), any(), any(), any(), any(), any(), any(), any()))
                .thenReturn(new MediaWarning.Those(List.of()));
        when(probe.sourceInfo(any(), any())).thenReturn(mock(SourceInfo.class));
        beans.registerBean(WorkerProperties.class, () -> worker);
        beans.registerBean(QueueProperties.class, () -> queue(settings));
        beans.registerBean(SqsClient.class, this::visibility);
        beans.registerBean("meters", SimpleMeterRegistry.class);
        beans.registerBean("json", ObjectMapper.class, () -> new ObjectMapper());
        beans.registerBean("mediaProbe", MediaProbe.class, () -> probe);
        beans.registerBean("encoderBuild", EncoderBuild.class, () -> mock(EncoderBuild.class));
        beans.registerBean("transcodePlanner", TranscodePlanner.class, () -> planner);
        beans.registerBean("partsPlanner", PartsPlanner.class, () -> partsPlanner);
        beans.registerBean("outputs", ExecutorService.class, () -> outputs);
        beans.registerBean("growingStreams", GrowingStreams.class, GrowingStreams::new);
        beans.registerBean("originalCache", OriginalCache.class, () -> mock(OriginalCache.class));
        beans.registerBean("jobAssets", JobAssets.class, () -> assets);
        beans.registerBean("mediaReport", MediaReport.class, () -> report);
        beans.registerBean("resultCheck", ResultCheck.class, () -> check);
        beans.registerBean("outputCheck", OutputCheck.class, () -> outputCheck);
        beans.registerBean("systemProbe", SystemProbe.class, () -> systems);
        beans.registerBean("progressPublisher", ProgressPublisher.class, () -> mock(ProgressPublisher.class));
        beans.registerBean("transformationCatalogue", TransformationCatalogue.class, TransformationCatalogue::builtIn);
        beans.register(
                WorkFolder.class,
                JobLog.class,
                JobLease.class,
                JobFailure.class,
                JobMetrics.class,
                ClaimedRow.class,
                FirstFailure.class,
                OriginalDigest.class,
                FailureCodes.class,
                Inspection.class,
                Intake.class,
                RouteDefects.class,
                RouteVersion.class,
                StepTrail.class,
                OwnTries.class,
                ErrorsAsFailures.class);
        beans.refresh();
        camel = new DefaultCamelContext(new ApplicationContextBeanRepository(beans));
        camel.getPropertiesComponent().addPropertiesSource(new SpringSettings(settings));
        camel.getCamelContextExtension().addInterceptStrategy(beans.getBean(ErrorsAsFailures.class));
        camel.getCamelContextExtension().addInterceptStrategy(beans.getBean(OwnTries.class));
        camel.getCamelContextExtension().addInterceptStrategy(beans.getBean(StepTrail.class));
        REPLACED.forEach(scheme -> camel.addComponent(scheme, new Replaced(scheme)));
    }

    /** Starts the routes; a job that comes is claimed at its first attempt, and everything that it needs serves. */
    static JobRoutes start(Path workFolder) throws Exception {
        // In the order of the files, by the thread of the job.
        return start(workFolder, new SynchronousExecutorService());
    }

    /** @param outputs runs steps that go on at the same time */
    static JobRoutes start(Path workFolder, ExecutorService outputs) throws Exception {
        JobRoutes routes = new JobRoutes(workFolder, outputs);
        routes.answer(CLAIM, Map.of());
        routes.answer(COMMIT, with -> with.getMessage().setBody(Map.of("id", VIDEO)));
        routes.answer(
                "statement:failure/reject-job.sql", with -> with.getMessage().setBody(Map.of("id", VIDEO)));
        routes.answer(
                "statement:failure/requeue-job.sql", with -> with.getMessage().setBody(Map.of("id", VIDEO)));
        routes.answer(
                "statement:failure/retry-later.sql", with -> with.getMessage().setBody(Map.of("delay", 10)));
        routes.answer(RELEASE_CLAIM, with -> with.getMessage().setBody(0));
        routes.answer(
                "statement:failure/left-waiting.sql", with -> with.getMessage().setBody(null));
        routes.answer(FETCH, with -> with.getMessage().setBody("an original"));
        routes.load();
        return routes;
    }

    /** How many jobs have ended in which way: by result, code and last code. */
    Map<String, Double> ended() {
        Map<String, Double> counts = new HashMap<>();
        beans.getBean(SimpleMeterRegistry.class)
                .find("caravana.jobs")
                .counters()
                .forEach(counter -> counts.put(
                        counter.getId().getTag("result") + " "
                                + counter.getId().getTag("code") + " "
                                + counter.getId().getTag("last_code"),
                        counter.count()));
        return counts;
    }

    private void load() throws Exception {
        List<Resource> resources = new ArrayList<>();
        RouteFiles.read(ROUTES).forEach((file, text) -> {
            if (file.endsWith(".camel.yaml") && RouteFiles.isLoadedBy("worker", file)) {
                resources.add(ResourceHelper.fromString(
                        Path.of(file).getFileName().toString(),
                        text.replaceAll("([dD]elay): \"\\d+\"(?!\\n +resultType)", "$1: \"0\"")));
            }
        });
        PluginHelper.getRoutesLoader(camel).loadRoutes(resources);
        for (RouteDefinition route : List.copyOf(camel.getRouteDefinitions())) {
            if (!route.getInput().getEndpointUri().startsWith("direct:")) {
                AdviceWith.adviceWith(
                        camel, route.getId(), with -> with.replaceFromWith("direct:" + route.getId() + "-begins"));
            }
        }
        camel.start();
    }

    /** How an endpoint answers; a failure is thrown from there. */
    void answer(String what, Processor answer) {
        answers.put(what, answer);
    }

    /** What a claim finds, where that is something else than a first attempt. */
    void answer(String claim, Map<String, Object> row) {
        Map<String, Object> found = new HashMap<>(Map.of(
                "outcome",
                "claimed",
                "video_id",
                VIDEO,
                "attempts",
                1,
                "transformations",
                "[\"sin_audio\"]",
                "queued_ms",
                5L,
                "delay",
                0));
        found.put("original_key", "uploads/" + VIDEO + ".mp4");
        found.put("owner_id", OWNER);
        found.put("job_message", message(VIDEO));
        found.put("names_other", false);
        found.put("predicted_seconds", 2.0);
        found.putAll(row);
        answers.put(claim, with -> with.getMessage().setBody(found));
    }

    /** Lets the endpoint fail. */
    void fail(String what, Exception failure) {
        answers.put(what, with -> {
            throw failure;
        });
    }

    /** A job message comes, and goes through the routes to its end. */
    List<String> receiveJob() {
        return receive(message(VIDEO));
    }

    static String message(String video) {
        return "{\"video_id\": \"%s\", \"s3_key_original\": \"uploads/%1$s.mp4\", \"transformaciones\":"
                        .formatted(video)
                + " [\"sin_audio\"], \"usuario_id\": \"" + OWNER + "\"}";
    }

    /** @return which systems outside were called, in their order */
    List<String> receive(String message) {
        camel.createProducerTemplate().send("direct:process-video-begins", with -> {
            with.getMessage().setBody(message);
            with.getMessage().setHeader("CamelAwsSqsReceiptHandle", "handle");
            with.getMessage().setHeader("ApproximateReceiveCount", "1");
            with.getMessage().setHeader("SentTimestamp", "1");
        });
        return calls.stream().map(Call::what).toList();
    }

    /** The time of a route's timer has come. */
    void run(String route) {
        camel.createProducerTemplate().send("direct:" + route + "-begins", with -> {});
    }

    /** The last call of an endpoint. */
    Call last(String what) {
        return calls.stream()
                .filter(call -> call.what().equals(what))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    Intake intake() {
        return beans.getBean(Intake.class);
    }

    private SqsClient visibility() {
        SqsClient sqs = mock(SqsClient.class);
        when(sqs.changeMessageVisibility(ArgumentMatchers.<Consumer<ChangeMessageVisibilityRequest.Builder>>any()))
                .thenAnswer(called -> {
                    calls.add(new Call(POSTPONE, null, Map.of(), Map.of()));
                    return null;
                });
        return sqs;
    }

    private static QueueProperties queue(ConfigurableEnvironment settings) {
        return Binder.get(settings).bind("caravana.sqs", QueueProperties.class).get();
    }

    private static ConfigurableEnvironment settings(Path workFolder) throws Exception {
        ConfigurableEnvironment settings = new StandardEnvironment();
        settings.getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "S3_BUCKET", "videos",
                                "SQS_QUEUE_URL", "http://queue",
                                "SQS_DLQ_URL", "http://dead-letters",
                                "caravana.worker.slots", 1,
                                "caravana.worker.work-dir", workFolder.toString())));
        for (String file : List.of("application.yaml", "caravana-core.yaml")) {
            new YamlPropertySourceLoader()
                    .load(file, new ClassPathResource(file))
                    .forEach(settings.getPropertySources()::addLast);
        }
        return settings;
    }

    @Override
    public void close() throws IOException, JMException {
        StepCoverage.note(JobRoutes.class);
        camel.stop();
        beans.close();
    }

    /** Camel's properties from Spring's. */
    private record SpringSettings(ConfigurableEnvironment settings) implements PropertiesSource {

        @Override
        public String getName() {
            return "settings";
        }

        @Override
        public String getProperty(String name) {
            return settings.getProperty(name);
        }
    }

    /** Takes a component's place, whatever the options. */
    private final class Replaced extends MockComponent {

        private final String scheme;

        Replaced(String scheme) {
            this.scheme = scheme;
            // By the scheme, Camel would take it for the component that it replaces.
            setAutowiredEnabled(false);
        }

        @Override
        protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters) {
            Object operation = parameters.get("operation");
            parameters.clear();
            String what = scheme + ":" + remaining + (operation == null ? "" : " " + operation);
            MockEndpoint endpoint = new MockEndpoint(uri, this);
            endpoint.whenAnyExchangeReceived(exchange -> {
                calls.add(call(what, exchange));
                Processor answer = answers.get(what);
                if (answer != null) {
                    answer.process(exchange);
                }
            });
            return endpoint;
        }

        private static Call call(String what, Exchange exchange) {
            return new Call(
                    what,
                    exchange.getMessage().getBody(),
                    new HashMap<>(exchange.getMessage().getHeaders()),
                    new HashMap<>(exchange.getProperties()));
        }
    }
}
