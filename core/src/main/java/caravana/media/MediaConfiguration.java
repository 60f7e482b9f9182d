package caravana.media;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Configuration;

/** Registers {@link MediaLimits}. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(MediaLimits.class)
public class MediaConfiguration {}
