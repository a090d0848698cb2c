window.YTD.tweets.part0 = [
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1300002264924160000"
     ],
     "editableUntil": "2020-08-30T01:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "15"
   ],
   "favorite_count": "3",
   "id_str": "1300002264924160000",
   "truncated": false,
   "retweet_count": "0",
   "id": "1300002264924160000",
   "created_at": "Sun Aug 30 09:27:47 +0000 2020",
   "favorited": false,
   "full_text": "Something else.",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1300000503316480000"
     ],
     "editableUntil": "2020-08-30T01:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "8"
   ],
   "favorite_count": "3",
   "id_str": "1300000503316480000",
   "truncated": false,
   "retweet_count": "0",
   "id": "1300000503316480000",
   "created_at": "Sun Aug 30 09:20:47 +0000 2020",
   "favorited": false,
   "full_text": "The end.",
   "lang": "en",
   "in_reply_to_status_id_str": "1300000251658240000",
   "in_reply_to_status_id": "1300000251658240000",
   "in_reply_to_user_id": "7001",
   "in_reply_to_user_id_str": "7001",
   "in_reply_to_screen_name": "jo_example"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1300000251658240000"
     ],
     "editableUntil": "2020-08-30T01:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": [
     {
      "url": "https://t.co/lamp000001",
      "expanded_url": "https://lamp.example/boot",
      "display_url": "lamp.example/boot",
      "indices": [
       "4",
       "27"
      ]
     }
    ],
    "media": [
     {
      "expanded_url": "https://twitter.com/jo_example/status/1300000251658240000/photo/1",
      "indices": [
       "28",
       "51"
      ],
      "url": "https://t.co/pics000001",
      "media_url": "http://pbs.twimg.com/media/ELampOnAAAAAAA1.jpg",
      "id_str": "1",
      "media_url_https": "https://pbs.twimg.com/media/ELampOnAAAAAAA1.jpg",
      "type": "photo",
      "display_url": "pic.twitter.com/pics000001"
     }
    ]
   },
   "display_text_range": [
    "0",
    "51"
   ],
   "favorite_count": "3",
   "id_str": "1300000251658240000",
   "truncated": false,
   "retweet_count": "0",
   "id": "1300000251658240000",
   "created_at": "Sun Aug 30 09:19:47 +0000 2020",
   "favorited": false,
   "full_text": "See https://t.co/lamp000001 https://t.co/pics000001",
   "lang": "en",
   "in_reply_to_status_id_str": "1300000000000000000",
   "in_reply_to_status_id": "1300000000000000000",
   "in_reply_to_user_id": "7001",
   "in_reply_to_user_id_str": "7001",
   "in_reply_to_screen_name": "jo_example",
   "extended_entities": {
    "media": [
     {
      "expanded_url": "https://twitter.com/jo_example/status/1300000251658240000/photo/1",
      "indices": [
       "28",
       "51"
      ],
      "url": "https://t.co/pics000001",
      "media_url": "http://pbs.twimg.com/media/ELampOnAAAAAAA1.jpg",
      "id_str": "1",
      "media_url_https": "https://pbs.twimg.com/media/ELampOnAAAAAAA1.jpg",
      "type": "photo",
      "display_url": "pic.twitter.com/pics000001"
     }
    ]
   }
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1300000000000000000"
     ],
     "editableUntil": "2020-08-30T01:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "15"
   ],
   "favorite_count": "3",
   "id_str": "1300000000000000000",
   "truncated": false,
   "retweet_count": "0",
   "id": "1300000000000000000",
   "created_at": "Sun Aug 30 09:18:47 +0000 2020",
   "favorited": false,
   "full_text": "The lamp boots.",
   "lang": "en"
  }
 },
 {
  "tweet": {
   "edit_info": {
    "initial": {
     "editTweetIds": [
      "1300001006632960000"
     ],
     "editableUntil": "2020-08-30T01:00:00.000Z",
     "editsRemaining": "5",
     "isEditEligible": true
    }
   },
   "retweeted": false,
   "source": "<a href=\"https://mobile.twitter.com\" rel=\"nofollow\">Twitter Web App</a>",
   "entities": {
    "hashtags": [],
    "symbols": [],
    "user_mentions": [],
    "urls": []
   },
   "display_text_range": [
    "0",
    "23"
   ],
   "favorite_count": "3",
   "id_str": "1300001006632960000",
   "truncated": false,
   "retweet_count": "0",
   "id": "1300001006632960000",
   "created_at": "Sun Aug 30 09:22:47 +0000 2020",
   "favorited": false,
   "full_text": "RT @max_example: chairs",
   "lang": "en"
  }
 }
]
